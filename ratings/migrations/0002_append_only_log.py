"""The publication log only grows: the database refuses to change or delete a line, whoever asks."""

from django.db import migrations

GUARD = """
CREATE FUNCTION ratings_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ratings_publication
    FOR EACH ROW EXECUTE FUNCTION ratings_append_only();
-- gzip does not compress twice: kept as it is, read without a detour
ALTER TABLE ratings_publicdocument ALTER COLUMN body_gzip SET STORAGE EXTERNAL;
ALTER TABLE ratings_keptdocument ALTER COLUMN body_gzip SET STORAGE EXTERNAL;
"""

UNGUARD = """
DROP TRIGGER append_only ON ratings_publication;
DROP FUNCTION ratings_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("ratings", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]

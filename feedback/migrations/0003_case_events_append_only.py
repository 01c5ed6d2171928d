"""A case's timeline only grows: the database refuses to change or delete a line, whoever asks."""

from django.db import migrations

GUARD = """
CREATE FUNCTION feedback_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON feedback_caseevent
    FOR EACH ROW EXECUTE FUNCTION feedback_append_only();
"""

UNGUARD = """
DROP TRIGGER append_only ON feedback_caseevent;
DROP FUNCTION feedback_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("feedback", "0002_consumers_and_keys")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]

"""The log of what members did only grows."""

from django.db import migrations

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ratings_memberevent
    FOR EACH ROW EXECUTE FUNCTION ratings_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("ratings", "0008_members")]
    operations = [migrations.RunSQL(GUARD, "DROP TRIGGER append_only ON ratings_memberevent")]

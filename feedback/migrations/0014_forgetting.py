"""A person's words may be forgotten, and old looks end: by these two functions alone, which the tables' owner owns.

The application has no right to change a log; through a function it may take the words out of a consumer's own lines,
and end looks that are older than two years.
"""

from django.db import migrations

FORGETTING = """
CREATE OR REPLACE FUNCTION feedback_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('clearhost.forgetting', true) = TG_TABLE_NAME
        AND pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
    THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION feedback_forget_words(the_case bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE changed bigint;
BEGIN
    PERFORM set_config('clearhost.forgetting', 'feedback_caseevent', true);
    UPDATE feedback_caseevent SET text = '' WHERE case_id = the_case AND role = 'consumer' AND text <> '';
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM set_config('clearhost.forgetting', '', true);
    RETURN changed;
END $$;

CREATE FUNCTION feedback_end_looks(before timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE changed bigint;
BEGIN
    PERFORM set_config('clearhost.forgetting', 'feedback_look', true);
    DELETE FROM feedback_look WHERE at < least(before, now() - interval '2 years');
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM set_config('clearhost.forgetting', '', true);
    RETURN changed;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON feedback_look
    FOR EACH ROW EXECUTE FUNCTION feedback_append_only();
"""

REMEMBERING = """
DROP TRIGGER append_only ON feedback_look;
DROP FUNCTION feedback_end_looks(timestamptz);
DROP FUNCTION feedback_forget_words(bigint);
CREATE OR REPLACE FUNCTION feedback_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("feedback", "0013_guards")]
    operations = [migrations.RunSQL(FORGETTING, REMEMBERING)]

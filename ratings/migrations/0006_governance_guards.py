"""What no application may do to cases, actions, appeals, notices and the log, whoever asks."""

from django.db import migrations

GUARD = r"""
CREATE FUNCTION ratings_refuse(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- the log
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ratings_event
    FOR EACH ROW EXECUTE FUNCTION ratings_append_only();

-- cases: only their state and its date move
CREATE FUNCTION ratings_guard_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM ratings_refuse('a case is never deleted');
    ELSIF to_jsonb(NEW) - ARRAY['state', 'closed_at'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'closed_at'] THEN
        PERFORM ratings_refuse('a case is never edited');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guarded BEFORE UPDATE OR DELETE ON ratings_case
    FOR EACH ROW EXECUTE FUNCTION ratings_guard_case();

-- actions: the statement of reasons stands as it was written
CREATE FUNCTION ratings_guard_action() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may text[] := ARRAY['state', 'end'];
    class text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM ratings_refuse('an action is never deleted');
    END IF;
    IF EXISTS (SELECT 1 FROM unnest(NEW.evidence) link WHERE link !~ '\S') THEN
        PERFORM ratings_refuse('an action names its evidence');
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('proposed', 'in_force') THEN
            PERFORM ratings_refuse('an action begins proposed or in force');
        END IF;
    ELSE
        IF OLD.state = 'proposed' THEN
            may := may || ARRAY['start', 'cure_until', 'notified_at', 'appeal_until', 'approved_by_id',
                                'approved_by_name', 'approved_at'];
        END IF;
        IF to_jsonb(NEW) - may IS DISTINCT FROM to_jsonb(OLD) - may THEN
            PERFORM ratings_refuse('the statement of reasons of an action is never edited');
        END IF;
        IF OLD.state <> NEW.state AND NOT (
            (OLD.state = 'proposed' AND NEW.state IN ('in_force', 'refused'))
            OR (OLD.state = 'in_force' AND NEW.state IN ('expired', 'cured', 'lifted', 'superseded', 'overturned'))
            OR (OLD.state IN ('expired', 'cured', 'lifted') AND NEW.state IN ('superseded', 'overturned'))
        ) THEN
            PERFORM ratings_refuse(format('an action that is %s does not become %s', OLD.state, NEW.state));
        END IF;
    END IF;
    IF NEW.level = 'L5' AND NEW.state = 'in_force' AND (TG_OP = 'INSERT' OR OLD.state = 'proposed') THEN
        SELECT violation_class INTO class FROM ratings_case WHERE id = NEW.case_id;
        IF class <> 'A' AND NEW.start < NEW.approved_at + interval '30 days' THEN
            PERFORM ratings_refuse('a revocation for no class A violation begins after 30 days of notice');
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guarded BEFORE INSERT OR UPDATE OR DELETE ON ratings_action
    FOR EACH ROW EXECUTE FUNCTION ratings_guard_action();

-- in force only with its notice, by the end of the transaction
CREATE FUNCTION ratings_action_is_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM ratings_notice WHERE action_id = NEW.id) THEN
        PERFORM ratings_refuse('an action in force has told its influencer');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER told AFTER INSERT OR UPDATE ON ratings_action DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state = 'in_force') EXECUTE FUNCTION ratings_action_is_told();

-- appeals: decided once, by someone else, every ground answered
CREATE FUNCTION ratings_guard_appeal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may text[] := ARRAY['state', 'answers', 'stay', 'acknowledged_at', 'acknowledged_by_id', 'escalated_at', 'outcome',
                        'reason', 'decided_by_id', 'decided_by_name', 'decided_at'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM ratings_refuse('an appeal is never deleted');
    END IF;
    IF EXISTS (SELECT 1 FROM unnest(NEW.grounds || NEW.answers) line WHERE line !~ '\S') THEN
        PERFORM ratings_refuse('every ground of an appeal has words, and every answer to one');
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state IN ('decided', 'withdrawn') THEN
            PERFORM ratings_refuse('an appeal that is over is never edited');
        END IF;
        IF to_jsonb(NEW) - may IS DISTINCT FROM to_jsonb(OLD) - may THEN
            PERFORM ratings_refuse('what was appealed is never edited');
        END IF;
    ELSIF NEW.state NOT IN ('filed', 'acknowledged') THEN
        PERFORM ratings_refuse('an appeal begins with its filing');
    END IF;
    IF NEW.decided_by_id IS NOT NULL THEN
        IF NEW.on_behalf AND NEW.decided_by_id = NEW.filed_by_id THEN
            PERFORM ratings_refuse('who filed an appeal does not decide it');
        END IF;
        IF EXISTS (
            WITH RECURSIVE chain AS (
                SELECT a.* FROM ratings_action a WHERE a.id = NEW.action_id
                UNION ALL SELECT a.* FROM ratings_action a JOIN chain ON a.id = chain.supersedes_id
            ) SELECT 1 FROM chain WHERE NEW.decided_by_id IN (decided_by_id, approved_by_id)
        ) THEN
            PERFORM ratings_refuse('who decided or approved an action does not decide the appeal against it');
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guarded BEFORE INSERT OR UPDATE OR DELETE ON ratings_appeal
    FOR EACH ROW EXECUTE FUNCTION ratings_guard_appeal();

-- notices: only the time of reading is added
CREATE FUNCTION ratings_guard_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'read_at' IS DISTINCT FROM to_jsonb(OLD) - 'read_at' THEN
        PERFORM ratings_refuse('a notice that was written stays as it is');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guarded BEFORE UPDATE OR DELETE ON ratings_notice
    FOR EACH ROW EXECUTE FUNCTION ratings_guard_notice();

-- a balance is the sum of its log, by the end of every transaction
CREATE FUNCTION ratings_balance_is_the_sum() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept numeric;
    summed numeric;
BEGIN
    SELECT balance INTO kept FROM ratings_standing WHERE influencer_id = NEW.influencer_id;
    SELECT 100 + COALESCE(sum(change), 0) INTO summed FROM ratings_event WHERE influencer_id = NEW.influencer_id;
    IF COALESCE(kept, 100) <> summed THEN
        PERFORM ratings_refuse(format('the balance %s of influencer %s is not the sum %s of its log',
                                      kept, NEW.influencer_id, summed));
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER summed AFTER INSERT ON ratings_event DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.change <> 0) EXECUTE FUNCTION ratings_balance_is_the_sum();
CREATE CONSTRAINT TRIGGER summed AFTER INSERT OR UPDATE OF balance ON ratings_standing DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ratings_balance_is_the_sum();
"""

UNGUARD = """
DROP TRIGGER append_only ON ratings_event;
DROP TRIGGER guarded ON ratings_case;
DROP TRIGGER guarded ON ratings_action;
DROP TRIGGER told ON ratings_action;
DROP TRIGGER guarded ON ratings_appeal;
DROP TRIGGER guarded ON ratings_notice;
DROP TRIGGER summed ON ratings_event;
DROP TRIGGER summed ON ratings_standing;
DROP FUNCTION ratings_guard_case();
DROP FUNCTION ratings_guard_action();
DROP FUNCTION ratings_action_is_told();
DROP FUNCTION ratings_guard_appeal();
DROP FUNCTION ratings_guard_notice();
DROP FUNCTION ratings_balance_is_the_sum();
DROP FUNCTION ratings_refuse(text);
"""


class Migration(migrations.Migration):
    dependencies = [("ratings", "0005_governance")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]

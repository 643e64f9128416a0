-- The two hot commands with what the single submission, the clock and automatic decisions need. See 0002.
-- They hold no business rule: rules have decided what is written; these functions refuse what would break idempotency or order.

DROP FUNCTION application_submit(uuid, text, uuid, text, uuid, uuid, jsonb, jsonb, bigint, jsonb, text, date, jsonb, text, text, timestamptz);
DROP FUNCTION application_advance(uuid, integer, text, smallint, bigint, date, date, jsonb, jsonb, text, text, jsonb, jsonb, timestamptz);

CREATE FUNCTION application_submit(
  p_id uuid, p_service text, p_version uuid, p_agency text, p_applicant uuid, p_business uuid, p_answers jsonb, p_sources jsonb,
  p_fee bigint, p_fee_lines jsonb, p_state text, p_term jsonb, p_clock jsonb, p_due date, p_steps jsonb, p_prefix text, p_actor text,
  p_behalf text, p_typed_by text, p_purpose text, p_earlier uuid, p_submission uuid, p_wants_person boolean, p_decision jsonb, p_data jsonb, p_outbox jsonb,
  p_at timestamptz
) RETURNS TABLE (number text, fresh boolean) LANGUAGE plpgsql AS $$
DECLARE v_number text;
BEGIN
  INSERT INTO applications_application AS a (
    id, number, service_id, version_id, agency_id, applicant_id, business_id, state, revision, answers, sources, remarks, rounds,
    fee_idr, fee_lines, created_at, updated_at, submitted_at, term, clock, due_on, decided_at, decision, purpose, earlier_document_id,
    submission_id, typed_by, wants_person
  ) VALUES (
    p_id, p_prefix || lpad(nextval('application_number')::text, 6, '0'), p_service, p_version, p_agency, p_applicant, p_business, p_state, 1,
    p_answers, p_sources, '[]', 0, p_fee, p_fee_lines, p_at, p_at, p_at, p_term, p_clock, p_due,
    CASE WHEN p_state = 'approved' THEN p_at END, p_decision, p_purpose, p_earlier,
    p_submission, p_typed_by, p_wants_person
  )
  ON CONFLICT (id) DO UPDATE SET
    number = excluded.number, version_id = excluded.version_id, agency_id = excluded.agency_id, state = excluded.state,
    revision = a.revision + 1, answers = excluded.answers, sources = excluded.sources, fee_idr = excluded.fee_idr,
    fee_lines = excluded.fee_lines, updated_at = p_at, submitted_at = p_at, term = excluded.term, clock = excluded.clock,
    due_on = excluded.due_on, decided_at = excluded.decided_at, decision = excluded.decision, purpose = excluded.purpose,
    earlier_document_id = excluded.earlier_document_id, submission_id = excluded.submission_id, typed_by = excluded.typed_by,
    wants_person = excluded.wants_person
    WHERE a.state = 'draft' AND a.applicant_id = p_applicant
  RETURNING a.number INTO v_number;
  IF NOT FOUND THEN  -- filed before: the same key answers with the same receipt, to the same applicant only
    RETURN QUERY SELECT a.number::text, false FROM applications_application a
      WHERE a.id = p_id AND a.applicant_id = p_applicant AND a.state <> 'draft';
    RETURN;
  END IF;
  INSERT INTO applications_step (
    application_id, key, kind, agency_id, role, position, after, "when", status, favourable, opened_at, done_at, done_by, result, due_on, on_desk)
    SELECT p_id, s.key, s.kind, s.agency_id, s.role, s.position, s.after, s."when", s.status, true,
           CASE WHEN s.status IN ('open', 'done') THEN p_at END, CASE WHEN s.status = 'done' THEN p_at END,
           CASE WHEN s.status = 'done' THEN 'system' ELSE '' END, coalesce(s.result, '{}'), p_due, s.on_desk
    FROM jsonb_to_recordset(p_steps) AS s(key text, kind text, agency_id text, role text, position smallint, after text[], "when" text,
                                          status text, result jsonb, on_desk boolean);
  INSERT INTO kernel_event (subject, seq, verb, actor, on_behalf_of, data, at, hash)
    VALUES ('application:' || p_id, 0, 'submit', p_actor, p_behalf, p_data || jsonb_build_object('number', v_number), p_at, '');
  INSERT INTO kernel_outbox (topic, payload, at)
    SELECT o.topic, o.payload, p_at FROM jsonb_to_recordset(p_outbox) AS o(topic text, payload jsonb);
  RETURN QUERY SELECT v_number, true;
END $$;

CREATE FUNCTION application_advance(
  p_id uuid, p_revision integer, p_state text, p_rounds smallint, p_fee bigint, p_clock jsonb, p_due date, p_wants_person boolean,
  p_patch jsonb, p_steps jsonb, p_verb text, p_actor text, p_behalf text, p_data jsonb, p_outbox jsonb, p_at timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE applications_application a SET
    state = p_state, revision = a.revision + 1, rounds = p_rounds, fee_idr = p_fee, clock = p_clock, due_on = p_due,
    wants_person = p_wants_person, updated_at = p_at,
    answers = coalesce(p_patch -> 'answers', a.answers), sources = coalesce(p_patch -> 'sources', a.sources),
    remarks = coalesce(p_patch -> 'remarks', a.remarks), fee_lines = coalesce(p_patch -> 'fee_lines', a.fee_lines),
    decision = coalesce(p_patch -> 'decision', a.decision),
    document_id = CASE WHEN p_verb <> 'reopen' THEN coalesce((p_patch ->> 'document_id')::uuid, a.document_id) END,
    decided_at = CASE WHEN p_state IN ('approved', 'deemed_approved', 'rejected', 'withdrawn', 'completed') THEN coalesce(a.decided_at, p_at) END
    WHERE a.id = p_id AND a.revision = p_revision;
  IF NOT FOUND THEN
    RETURN false;  -- somebody was faster; the caller reads again and decides again
  END IF;
  UPDATE applications_step t SET
    status = s.status, favourable = s.favourable, result = coalesce(s.result, t.result), due_on = p_due, on_desk = s.on_desk,
    assignee_id = s.assignee_id,
    opened_at = CASE WHEN s.status = 'open' THEN coalesce(t.opened_at, p_at) ELSE t.opened_at END,
    done_at = CASE WHEN s.status = 'done' THEN coalesce(t.done_at, p_at) ELSE t.done_at END,
    done_by = CASE WHEN s.status = 'done' THEN coalesce(s.done_by, t.done_by) ELSE t.done_by END
    FROM jsonb_to_recordset(p_steps)
      AS s(key text, status text, favourable boolean, result jsonb, done_by text, on_desk boolean, assignee_id uuid)
    WHERE t.application_id = p_id AND t.key = s.key;
  INSERT INTO kernel_event (subject, seq, verb, actor, on_behalf_of, data, at, hash)
    VALUES ('application:' || p_id, 0, p_verb, p_actor, p_behalf, p_data, p_at, '');
  INSERT INTO kernel_outbox (topic, payload, at)
    SELECT o.topic, o.payload, p_at FROM jsonb_to_recordset(p_outbox) AS o(topic text, payload jsonb);
  RETURN true;
END $$;

//! The tables, as both databases hold them. Instants are milliseconds UTC, days are 2026-11-24, hashes are bytes.

diesel::table! {
    settings (id) {
        id -> BigInt,
        name -> Text,
        value -> Text,
        recorded_by -> Nullable<BigInt>,
        recorded_at -> BigInt,
        superseded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    once_keys (id) {
        id -> BigInt,
        once -> Text,
        person_id -> BigInt,
        leads_to -> Text,
        kept_until -> BigInt,
    }
}

diesel::table! {
    evidence_entries (position) {
        position -> BigInt,
        entry_id -> Text,
        kind -> Text,
        recorded_at -> BigInt,
        leaf -> Binary,
        leaf_hash -> Binary,
        identity -> Nullable<Binary>,
        identity_salt -> Nullable<Binary>,
        act -> Nullable<Binary>,
        act_salt -> Nullable<Binary>,
    }
}

diesel::table! {
    evidence_head (id) {
        id -> BigInt,
        size -> BigInt,
        frontier -> Binary,
    }
}

diesel::table! {
    checkpoints (id) {
        id -> BigInt,
        size -> BigInt,
        root -> Binary,
        frontier -> Binary,
        note -> Text,
        signed_at -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> BigInt,
        kind -> Text,
        person_id -> Nullable<BigInt>,
        recipient -> Text,
        recipient_name -> Text,
        letter_values -> Text,
        message_id -> Text,
        state -> Text,
        queued_at -> BigInt,
        not_before -> BigInt,
        attempts -> Integer,
        sent_at -> Nullable<BigInt>,
        subject -> Nullable<Text>,
        copy -> Nullable<Text>,
        problem -> Nullable<Text>,
    }
}

diesel::table! {
    schools (id) {
        id -> BigInt,
        urn -> Text,
        name -> Text,
        central -> Bool,
        listed_at -> BigInt,
        laestab -> Nullable<Text>,
    }
}

diesel::table! {
    people (id) {
        id -> BigInt,
        pseudonym -> Text,
        title -> Text,
        forename -> Text,
        surname -> Text,
        preferred_forename -> Text,
        preferred_surname -> Text,
        work_email -> Nullable<Text>,
        staff_code -> Text,
        first_listed_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    staff_references (id) {
        id -> BigInt,
        person_id -> BigInt,
        source -> Text,
        reference -> Text,
    }
}

diesel::table! {
    posts (id) {
        id -> BigInt,
        person_id -> BigInt,
        school_id -> BigInt,
        job_title -> Text,
        role_group -> Text,
        employment_type -> Text,
        fte_basis_points -> Nullable<Integer>,
        term_time_only -> Nullable<Bool>,
        is_slt -> Bool,
        is_account_admin -> Bool,
        takes_images -> Bool,
        from_day -> Text,
        until_day -> Nullable<Text>,
        manager_id -> Nullable<BigInt>,
        manager_named -> Nullable<Text>,
        recorded_at -> BigInt,
        superseded_at -> Nullable<BigInt>,
        recorded_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    pauses (id) {
        id -> BigInt,
        person_id -> BigInt,
        from_day -> Text,
        until_day -> Nullable<Text>,
        recorded_at -> BigInt,
        superseded_at -> Nullable<BigInt>,
        recorded_by -> Nullable<BigInt>,
        superseded_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    person_corrections (id) {
        id -> BigInt,
        person_id -> BigInt,
        field -> Text,
        recorded_by -> Nullable<BigInt>,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    cards (id) {
        id -> BigInt,
        school_id -> Nullable<BigInt>,
        slot -> Text,
        words -> Text,
        recorded_by -> Nullable<BigInt>,
        recorded_at -> BigInt,
        superseded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    imports (id) {
        id -> BigInt,
        file_name -> Text,
        file_hash -> Text,
        school_id -> Nullable<BigInt>,
        applied_by -> Nullable<BigInt>,
        applied_at -> BigInt,
        new_people -> BigInt,
        changed_people -> BigInt,
        unchanged_people -> BigInt,
        rejected_rows -> BigInt,
    }
}

diesel::table! {
    import_uploads (id) {
        id -> BigInt,
        person_id -> BigInt,
        school_id -> Nullable<BigInt>,
        file_name -> Text,
        bytes -> Binary,
        uploaded_at -> BigInt,
        done -> Nullable<Text>,
    }
}

diesel::table! {
    grants (id) {
        id -> BigInt,
        person_id -> BigInt,
        role -> Text,
        school_id -> Nullable<BigInt>,
        from_day -> Text,
        until_day -> Nullable<Text>,
        given_by -> Nullable<BigInt>,
        given_to -> Nullable<Text>,
        recorded_at -> BigInt,
        superseded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    links (id) {
        id -> BigInt,
        token_hash -> Binary,
        person_id -> BigInt,
        kind -> Text,
        made_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    link_askings (id) {
        id -> BigInt,
        address_hash -> Binary,
        asked_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        sid_hash -> Binary,
        person_id -> BigInt,
        rights -> Text,
        method -> Text,
        shared_computer -> Bool,
        form_token -> Text,
        opened_at -> BigInt,
        seen_at -> BigInt,
        idle_minutes -> BigInt,
        ends_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    contents (id) {
        id -> BigInt,
        kind -> Text,
        slug -> Text,
        version -> Text,
        title -> Text,
        files -> Binary,
        stored_at -> BigInt,
        asks_again_on -> Nullable<Text>,
    }
}

diesel::table! {
    content_uses (id) {
        id -> BigInt,
        kind -> Text,
        slug -> Text,
        version -> Text,
        used_from -> BigInt,
    }
}

diesel::table! {
    sign_offs (id) {
        id -> BigInt,
        kind -> Text,
        slug -> Text,
        version -> Text,
        reader -> Text,
        person_id -> BigInt,
        signed_day -> Text,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    term_dates (id) {
        id -> BigInt,
        school_id -> Nullable<BigInt>,
        kind -> Text,
        name -> Text,
        from_day -> Text,
        until_day -> Text,
        recorded_at -> BigInt,
        superseded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    requirements (id) {
        id -> BigInt,
        content_kind -> Text,
        content_slug -> Text,
        place -> Integer,
    }
}

diesel::table! {
    requirement_terms (id) {
        id -> BigInt,
        requirement_id -> BigInt,
        audience -> Text,
        every -> Text,
        annual_due -> Text,
        starter_days -> Integer,
        from_day -> Text,
        recorded_at -> BigInt,
        superseded_at -> Nullable<BigInt>,
        until_day -> Nullable<Text>,
    }
}

diesel::table! {
    assignments (id) {
        id -> BigInt,
        person_id -> BigInt,
        requirement_id -> BigInt,
        cycle -> Text,
        round -> Integer,
        opens_day -> Text,
        closes_day -> Text,
        recorded_at -> BigInt,
        superseded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    due_dates (id) {
        id -> BigInt,
        assignment_id -> BigInt,
        due_day -> Text,
        why -> Text,
        recorded_at -> BigInt,
        superseded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    completions (id) {
        id -> BigInt,
        assignment_id -> BigInt,
        means -> Text,
        content_version -> Text,
        completed_at -> BigInt,
        connection_recorded -> Bool,
        recorded_at -> BigInt,
        superseded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    exemptions (id) {
        id -> BigInt,
        person_id -> BigInt,
        requirement_id -> Nullable<BigInt>,
        reason -> Text,
        from_day -> Text,
        until_day -> Nullable<Text>,
        given_by -> Nullable<BigInt>,
        recorded_at -> BigInt,
        superseded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    extensions (id) {
        id -> BigInt,
        person_id -> BigInt,
        requirement_id -> BigInt,
        cycle -> Text,
        until_day -> Text,
        reason -> Text,
        given_by -> Nullable<BigInt>,
        recorded_at -> BigInt,
        superseded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    reconciliations (person_id) {
        person_id -> BigInt,
        day -> Text,
        person_changed_at -> BigInt,
        edition -> BigInt,
    }
}

diesel::table! {
    certificates (id) {
        id -> BigInt,
        number -> Text,
        person_id -> BigInt,
        assignment_id -> Nullable<BigInt>,
        kind -> Text,
        cycle -> Text,
        title -> Text,
        printed_name -> Text,
        trust_name -> Text,
        school_name -> Text,
        content_version -> Text,
        completed_day -> Text,
        valid_until -> Text,
        minutes -> Nullable<Integer>,
        token -> Text,
        issued_at -> BigInt,
    }
}

diesel::table! {
    certificate_endings (id) {
        id -> BigInt,
        certificate_id -> BigInt,
        kind -> Text,
        replaced_by -> Nullable<Text>,
        ended_by -> Nullable<BigInt>,
        ended_at -> BigInt,
    }
}

diesel::table! {
    page_reads (id) {
        id -> BigInt,
        assignment_id -> BigInt,
        page -> Text,
        read_at -> BigInt,
    }
}

diesel::table! {
    attempts (id) {
        id -> BigInt,
        assignment_id -> BigInt,
        content_version -> Text,
        number -> Integer,
        seed -> BigInt,
        drawn -> Text,
        started_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        right_answers -> Nullable<Integer>,
        passed -> Nullable<Bool>,
    }
}

diesel::table! {
    answers (id) {
        id -> BigInt,
        attempt_id -> BigInt,
        place -> Integer,
        question -> Text,
        chosen -> Text,
        is_right -> Bool,
        answered_at -> BigInt,
    }
}

diesel::table! {
    refreshers (id) {
        id -> BigInt,
        person_id -> BigInt,
        cycle -> Text,
        content_versions -> Text,
        seed -> BigInt,
        drawn -> Text,
        started_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    refresher_answers (id) {
        id -> BigInt,
        refresher_id -> BigInt,
        place -> Integer,
        question -> Text,
        chosen -> Text,
        is_right -> Bool,
        answered_at -> BigInt,
    }
}

diesel::table! {
    voided_questions (id) {
        id -> BigInt,
        slug -> Text,
        question -> Text,
        why -> Text,
        voided_by -> Nullable<BigInt>,
        voided_at -> BigInt,
    }
}

diesel::table! {
    opinions (id) {
        id -> BigInt,
        slug -> Text,
        content_version -> Text,
        week -> Text,
        about -> Text,
        said -> Text,
        times -> Integer,
    }
}

diesel::table! {
    attestations (id) {
        id -> BigInt,
        assignment_id -> BigInt,
        content_version -> Text,
        printed_name -> Text,
        statements -> Text,
        reference -> Text,
        entry_id -> Text,
        signed_at -> BigInt,
    }
}

diesel::table! {
    statement_ticks (id) {
        id -> BigInt,
        assignment_id -> BigInt,
        content_version -> Text,
        statement -> Text,
        ticked_at -> BigInt,
    }
}

diesel::table! {
    queries (id) {
        id -> BigInt,
        assignment_id -> BigInt,
        statement -> Text,
        kind -> Text,
        words -> Text,
        opened_at -> BigInt,
    }
}

diesel::table! {
    query_closings (id) {
        id -> BigInt,
        query_id -> BigInt,
        outcome -> Text,
        words -> Text,
        review_day -> Nullable<Text>,
        closed_by -> Nullable<BigInt>,
        closed_at -> BigInt,
    }
}

diesel::table! {
    self_checks (id) {
        id -> BigInt,
        assignment_id -> BigInt,
        content_version -> Text,
        done_at -> BigInt,
    }
}

diesel::table! {
    reports (id) {
        id -> BigInt,
        number -> Text,
        school_id -> Nullable<BigInt>,
        as_at -> BigInt,
        log_size -> BigInt,
        checkpoint -> Text,
        headline -> Text,
        document -> Binary,
        issued_by -> Nullable<BigInt>,
        issued_at -> BigInt,
        gives_away -> Nullable<Text>,
    }
}

diesel::table! {
    chases (id) {
        id -> BigInt,
        chased_by -> Nullable<BigInt>,
        chased_at -> BigInt,
        letters -> BigInt,
    }
}

diesel::table! {
    chase_letters (id) {
        id -> BigInt,
        chase_id -> BigInt,
        person_id -> BigInt,
        outbox_id -> BigInt,
    }
}

diesel::joinable!(staff_references -> people (person_id));
diesel::joinable!(posts -> people (person_id));
diesel::joinable!(posts -> schools (school_id));
diesel::joinable!(pauses -> people (person_id));
diesel::joinable!(person_corrections -> people (person_id));
diesel::joinable!(cards -> schools (school_id));
diesel::joinable!(imports -> schools (school_id));
diesel::joinable!(import_uploads -> people (person_id));
diesel::joinable!(import_uploads -> schools (school_id));
diesel::joinable!(grants -> people (person_id));
diesel::joinable!(grants -> schools (school_id));
diesel::joinable!(links -> people (person_id));
diesel::joinable!(sessions -> people (person_id));
diesel::joinable!(term_dates -> schools (school_id));
diesel::joinable!(requirement_terms -> requirements (requirement_id));
diesel::joinable!(assignments -> people (person_id));
diesel::joinable!(assignments -> requirements (requirement_id));
diesel::joinable!(due_dates -> assignments (assignment_id));
diesel::joinable!(completions -> assignments (assignment_id));
diesel::joinable!(exemptions -> people (person_id));
diesel::joinable!(exemptions -> requirements (requirement_id));
diesel::joinable!(extensions -> people (person_id));
diesel::joinable!(extensions -> requirements (requirement_id));
diesel::joinable!(reconciliations -> people (person_id));
diesel::joinable!(certificates -> people (person_id));
diesel::joinable!(certificates -> assignments (assignment_id));
diesel::joinable!(certificate_endings -> certificates (certificate_id));
diesel::joinable!(page_reads -> assignments (assignment_id));
diesel::joinable!(attempts -> assignments (assignment_id));
diesel::joinable!(answers -> attempts (attempt_id));
diesel::joinable!(refreshers -> people (person_id));
diesel::joinable!(refresher_answers -> refreshers (refresher_id));
diesel::joinable!(attestations -> assignments (assignment_id));
diesel::joinable!(statement_ticks -> assignments (assignment_id));
diesel::joinable!(queries -> assignments (assignment_id));
diesel::joinable!(query_closings -> queries (query_id));
diesel::joinable!(self_checks -> assignments (assignment_id));
diesel::joinable!(reports -> schools (school_id));
diesel::joinable!(chase_letters -> chases (chase_id));
diesel::joinable!(chase_letters -> people (person_id));
diesel::joinable!(chase_letters -> outbox (outbox_id));

diesel::allow_tables_to_appear_in_same_query!(
    settings,
    once_keys,
    evidence_entries,
    evidence_head,
    checkpoints,
    outbox,
    schools,
    people,
    staff_references,
    posts,
    pauses,
    person_corrections,
    cards,
    imports,
    import_uploads,
    grants,
    links,
    link_askings,
    sessions,
    contents,
    content_uses,
    sign_offs,
    term_dates,
    requirements,
    requirement_terms,
    assignments,
    due_dates,
    completions,
    exemptions,
    extensions,
    reconciliations,
    certificates,
    certificate_endings,
    page_reads,
    attempts,
    answers,
    refreshers,
    refresher_answers,
    voided_questions,
    opinions,
    attestations,
    statement_ticks,
    queries,
    query_closings,
    self_checks,
    reports,
    chases,
    chase_letters,
);

diesel::allow_columns_to_appear_in_same_group_by_clause!(
    requirements::content_slug,
    answers::question,
    answers::is_right,
);

//! The tables as diesel sees them, one for both engines.

diesel::table! {
    sites (id) {
        id -> SmallInt,
        origin -> Text,
        host -> Text,
        organization_id -> BigInt,
        forum_id -> BigInt,
        instance_id -> BigInt,
        name -> Text,
        description -> Text,
        languages -> Text,
        federation_mode -> SmallInt,
        reply_policy -> SmallInt,
        contact -> Text,
        created_at -> BigInt,
        listing_policy -> SmallInt,
        rules_version -> BigInt,
        privacy -> Text,
        privacy_at -> Nullable<BigInt>,
        described_at -> Nullable<BigInt>,
        grace_days -> Integer,
    }
}

diesel::table! {
    rebuffs (host_id, reason) {
        host_id -> BigInt,
        reason -> SmallInt,
        times -> BigInt,
        first_at -> BigInt,
        last_at -> BigInt,
    }
}

diesel::table! {
    hosts (id) {
        id -> BigInt,
        name -> Text,
        standing -> SmallInt,
        software -> Nullable<Text>,
        signature -> SmallInt,
        failures -> Integer,
        failing_since -> Nullable<BigInt>,
        due_at -> Nullable<BigInt>,
        leased_until -> Nullable<BigInt>,
        last_success_at -> Nullable<BigInt>,
        last_seen_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
        reject_media -> Bool,
        reject_reports -> Bool,
        leased_by -> Nullable<Text>,
        dark_since -> Nullable<BigInt>,
        open_sign_ups -> Nullable<Bool>,
    }
}

diesel::table! {
    accounts (id) {
        id -> BigInt,
        uri -> Text,
        url -> Text,
        kind -> SmallInt,
        name -> Text,
        handle -> Text,
        host_id -> Nullable<BigInt>,
        display_name -> Text,
        summary -> Text,
        icon_url -> Nullable<Text>,
        inbox -> Text,
        shared_inbox -> Nullable<Text>,
        outbox -> Nullable<Text>,
        followers -> Nullable<Text>,
        featured -> Nullable<Text>,
        forum -> Nullable<Text>,
        locked -> Bool,
        discoverable -> Bool,
        state -> SmallInt,
        standing -> SmallInt,
        moved_to -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        fetched_at -> Nullable<BigInt>,
        header_url -> Nullable<Text>,
        sensitive -> Bool,
        frozen -> Bool,
    }
}

diesel::table! {
    account_documents (account_id) {
        account_id -> BigInt,
        document -> Text,
    }
}

diesel::table! {
    account_keys (id) {
        id -> BigInt,
        account_id -> BigInt,
        uri -> Text,
        algorithm -> SmallInt,
        public_key -> Binary,
        private_key -> Nullable<Binary>,
        first_seen_at -> BigInt,
        fetched_at -> BigInt,
        retired_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    users (id) {
        id -> BigInt,
        account_id -> BigInt,
        name -> Text,
        password_hash -> Text,
        roles -> Integer,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (token_hash) {
        token_hash -> Text,
        user_id -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        agent -> Text,
    }
}

diesel::table! {
    password_links (token_hash) {
        token_hash -> Text,
        user_id -> BigInt,
        created_by_id -> Nullable<BigInt>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    role_ends (user_id) {
        user_id -> BigInt,
        roles -> Integer,
        ends_at -> BigInt,
    }
}

diesel::table! {
    invites (token_hash) {
        token_hash -> Text,
        roles -> Integer,
        created_by_id -> Nullable<BigInt>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    tokens (id) {
        id -> BigInt,
        token_hash -> Text,
        user_id -> BigInt,
        account_id -> BigInt,
        name -> Text,
        scopes -> Text,
        created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        app_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    push_keys (id) {
        id -> SmallInt,
        private_key -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    push_subscriptions (id) {
        id -> BigInt,
        token_hash -> Text,
        account_id -> BigInt,
        endpoint -> Text,
        p256dh -> Binary,
        auth -> Binary,
        standard -> Bool,
        alerts -> Text,
        policy -> SmallInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    second_factors (user_id) {
        user_id -> BigInt,
        secret -> Binary,
        confirmed -> Bool,
        last_step -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    pending_sign_ins (token_hash) {
        token_hash -> Text,
        user_id -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    recovery_codes (code_hash) {
        code_hash -> Text,
        user_id -> BigInt,
    }
}

diesel::table! {
    oauth_apps (id) {
        id -> BigInt,
        client_id -> Text,
        secret_hash -> Text,
        name -> Text,
        website -> Nullable<Text>,
        redirect_uris -> Text,
        scopes -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    oauth_codes (code_hash) {
        code_hash -> Text,
        app_id -> BigInt,
        user_id -> BigInt,
        account_id -> BigInt,
        redirect_uri -> Text,
        scopes -> Text,
        challenge -> Nullable<Text>,
        expires_at -> BigInt,
        token_hash -> Nullable<Text>,
    }
}

diesel::table! {
    oauth_app_tokens (token_hash) {
        token_hash -> Text,
        app_id -> BigInt,
        scopes -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    contributions (id) {
        id -> BigInt,
        uri -> Text,
        url -> Text,
        kind -> SmallInt,
        author_id -> BigInt,
        on_behalf_of_id -> Nullable<BigInt>,
        visibility -> SmallInt,
        reply_policy -> SmallInt,
        language -> Text,
        title -> Nullable<Text>,
        summary -> Nullable<Text>,
        sensitive -> Bool,
        content -> Text,
        markdown -> Nullable<Text>,
        published_at -> BigInt,
        edited_at -> Nullable<BigInt>,
        in_reply_to_id -> Nullable<BigInt>,
        in_reply_to_uri -> Nullable<Text>,
        thread_id -> BigInt,
        revision -> Integer,
        state -> SmallInt,
        local -> Bool,
        quote_policy -> SmallInt,
        trust -> Nullable<SmallInt>,
        arrived_at -> Nullable<BigInt>,
        plain -> Nullable<Bool>,
        app_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    revisions (contribution_id, revision) {
        contribution_id -> BigInt,
        revision -> Integer,
        created_at -> BigInt,
        title -> Nullable<Text>,
        summary -> Nullable<Text>,
        content -> Text,
        markdown -> Nullable<Text>,
        reason -> Nullable<Text>,
        state -> SmallInt,
        document -> Nullable<Text>,
        digest -> Text,
        convinced_by -> Text,
    }
}

diesel::table! {
    convictions (convinced_by, contribution_id, revision) {
        convinced_by -> Text,
        contribution_id -> BigInt,
        revision -> Integer,
        created_at -> BigInt,
    }
}

diesel::table! {
    statements (contribution_id) {
        contribution_id -> BigInt,
        slug -> Text,
        introduction -> Text,
        closing -> Text,
        reason -> Nullable<Text>,
        superseded_by -> Nullable<Text>,
        digest -> Text,
        convinced_by -> Text,
    }
}

diesel::table! {
    theses (contribution_id) {
        contribution_id -> BigInt,
        statement_id -> BigInt,
        key -> Text,
        number -> Text,
        rank -> Integer,
        kind -> SmallInt,
        head -> Text,
        body -> Text,
        limits -> Text,
        evidence -> Text,
        withdrawn -> Bool,
    }
}

diesel::table! {
    mentions (contribution_id, account_id) {
        contribution_id -> BigInt,
        account_id -> BigInt,
        silent -> Bool,
    }
}

diesel::table! {
    tags (contribution_id, name) {
        contribution_id -> BigInt,
        name -> Text,
    }
}

diesel::table! {
    likes (account_id, contribution_id) {
        account_id -> BigInt,
        contribution_id -> BigInt,
        uri -> Text,
        created_at -> BigInt,
        id -> BigInt,
    }
}

diesel::table! {
    boosts (id) {
        id -> BigInt,
        account_id -> BigInt,
        contribution_id -> BigInt,
        uri -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    pins (account_id, contribution_id) {
        account_id -> BigInt,
        contribution_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    follows (id) {
        id -> BigInt,
        follower_id -> BigInt,
        followee_id -> BigInt,
        uri -> Text,
        state -> SmallInt,
        created_at -> BigInt,
        boosts -> Bool,
        notify -> Bool,
        languages -> Nullable<Text>,
    }
}

diesel::table! {
    blocks (account_id, target_id) {
        account_id -> BigInt,
        target_id -> BigInt,
        uri -> Text,
        created_at -> BigInt,
        id -> BigInt,
    }
}

diesel::table! {
    tombstones (uri) {
        uri -> Text,
        created_at -> BigInt,
        kind -> Nullable<SmallInt>,
        qid -> Nullable<Text>,
        digest -> Nullable<Text>,
        document -> Nullable<Text>,
    }
}

diesel::table! {
    undone (uri, actor_uri) {
        uri -> Text,
        actor_uri -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    notifications (id) {
        id -> BigInt,
        account_id -> BigInt,
        kind -> SmallInt,
        from_id -> BigInt,
        contribution_id -> Nullable<BigInt>,
        created_at -> BigInt,
        read_at -> Nullable<BigInt>,
        bundle -> Nullable<Text>,
        filtered -> Bool,
        report_id -> Nullable<BigInt>,
        warning_id -> Nullable<BigInt>,
        severance -> Nullable<Text>,
    }
}

diesel::table! {
    reports (id) {
        id -> BigInt,
        uri -> Text,
        reporter_id -> BigInt,
        target_id -> Nullable<BigInt>,
        content -> Text,
        items -> Text,
        created_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        category -> Text,
        rules -> Text,
        forwarded -> Bool,
        assigned_id -> Nullable<BigInt>,
        outcome -> Nullable<SmallInt>,
        closed_by_id -> Nullable<BigInt>,
        answer -> Text,
    }
}

diesel::table! {
    drafts (id) {
        id -> BigInt,
        user_id -> Nullable<BigInt>,
        revises_id -> Nullable<BigInt>,
        title -> Text,
        language -> Text,
        markdown -> Text,
        report -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    activities (id) {
        id -> BigInt,
        uri -> Text,
        account_id -> BigInt,
        body -> Text,
        object_uri -> Text,
        listed -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    deliveries (id) {
        id -> BigInt,
        activity_id -> BigInt,
        host_id -> BigInt,
        inbox -> Text,
        attempts -> Integer,
        dead -> Bool,
        last_status -> Nullable<Integer>,
        last_error -> Nullable<Text>,
        due_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    inbox_items (id) {
        id -> BigInt,
        uri -> Text,
        signer_id -> Nullable<BigInt>,
        host_id -> Nullable<BigInt>,
        body -> Text,
        state -> SmallInt,
        attempts -> Integer,
        due_at -> BigInt,
        error -> Nullable<Text>,
        received_at -> BigInt,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        key -> Text,
        payload -> Text,
        attempts -> Integer,
        due_at -> BigInt,
        dead -> Bool,
        error -> Nullable<Text>,
        created_at -> BigInt,
        leased_by -> Nullable<Text>,
    }
}

diesel::table! {
    audit_entries (id) {
        id -> BigInt,
        user_id -> Nullable<BigInt>,
        action -> Text,
        subject -> Text,
        detail -> Text,
        previous -> Text,
        digest -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    feed (id) {
        id -> BigInt,
        account_id -> BigInt,
        contribution_id -> BigInt,
    }
}

diesel::table! {
    account_counts (account_id) {
        account_id -> BigInt,
        contributions -> BigInt,
        followers -> BigInt,
        following -> BigInt,
    }
}

diesel::table! {
    claimed_counts (account_id) {
        account_id -> BigInt,
        contributions -> Nullable<BigInt>,
        followers -> Nullable<BigInt>,
        following -> Nullable<BigInt>,
        asked_at -> BigInt,
    }
}

diesel::table! {
    bookmarks (id) {
        id -> BigInt,
        account_id -> BigInt,
        contribution_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    muted_threads (account_id, thread_id) {
        account_id -> BigInt,
        thread_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    scheduled_posts (id) {
        id -> BigInt,
        account_id -> BigInt,
        user_id -> BigInt,
        due_at -> BigInt,
        params -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    idempotency_keys (account_id, key) {
        account_id -> BigInt,
        key -> Text,
        contribution_id -> Nullable<BigInt>,
        scheduled_id -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    polls (contribution_id) {
        contribution_id -> BigInt,
        ends_at -> Nullable<BigInt>,
        multiple -> Bool,
        hides_totals -> Bool,
        voters -> BigInt,
    }
}

diesel::table! {
    poll_options (contribution_id, position) {
        contribution_id -> BigInt,
        position -> Integer,
        title -> Text,
        votes -> BigInt,
    }
}

diesel::table! {
    poll_votes (contribution_id, account_id, position) {
        contribution_id -> BigInt,
        account_id -> BigInt,
        position -> Integer,
        uri -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    media (id) {
        id -> BigInt,
        account_id -> BigInt,
        contribution_id -> Nullable<BigInt>,
        rank -> Integer,
        purpose -> SmallInt,
        kind -> SmallInt,
        media_type -> Text,
        name -> Text,
        file -> Nullable<Text>,
        preview -> Nullable<Text>,
        remote_url -> Nullable<Text>,
        bytes -> BigInt,
        width -> Nullable<Integer>,
        height -> Nullable<Integer>,
        preview_width -> Nullable<Integer>,
        preview_height -> Nullable<Integer>,
        duration_ms -> Nullable<BigInt>,
        description -> Text,
        blurhash -> Nullable<Text>,
        focus_x -> Nullable<Double>,
        focus_y -> Nullable<Double>,
        created_at -> BigInt,
    }
}

diesel::table! {
    cached_files (address) {
        address -> Text,
        media_type -> Text,
        file -> Text,
        bytes -> BigInt,
        fetched_at -> BigInt,
        host -> Nullable<Text>,
    }
}

diesel::table! {
    mutes (account_id, target_id) {
        account_id -> BigInt,
        target_id -> BigInt,
        id -> BigInt,
        notifications -> Bool,
        expires_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    host_mutes (account_id, host) {
        account_id -> BigInt,
        host -> Text,
        id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    account_notes (account_id, target_id) {
        account_id -> BigInt,
        target_id -> BigInt,
        comment -> Text,
    }
}

diesel::table! {
    endorsements (account_id, target_id) {
        account_id -> BigInt,
        target_id -> BigInt,
        id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    lists (id) {
        id -> BigInt,
        account_id -> BigInt,
        title -> Text,
        replies -> SmallInt,
        exclusive -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    list_accounts (list_id, account_id) {
        list_id -> BigInt,
        account_id -> BigInt,
    }
}

diesel::table! {
    filters (id) {
        id -> BigInt,
        account_id -> BigInt,
        title -> Text,
        contexts -> Integer,
        action -> SmallInt,
        expires_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    filter_keywords (id) {
        id -> BigInt,
        filter_id -> BigInt,
        keyword -> Text,
        whole_word -> Bool,
    }
}

diesel::table! {
    filter_contributions (id) {
        id -> BigInt,
        filter_id -> BigInt,
        contribution_id -> BigInt,
    }
}

diesel::table! {
    markers (account_id, timeline) {
        account_id -> BigInt,
        timeline -> SmallInt,
        last_read_id -> BigInt,
        version -> Integer,
        updated_at -> BigInt,
    }
}

diesel::table! {
    followed_tags (account_id, name) {
        account_id -> BigInt,
        name -> Text,
        id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    featured_tags (account_id, name) {
        account_id -> BigInt,
        name -> Text,
        id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    notification_policies (account_id) {
        account_id -> BigInt,
        not_following -> SmallInt,
        not_followers -> SmallInt,
        new_accounts -> SmallInt,
        private_mentions -> SmallInt,
        limited_accounts -> SmallInt,
        bots -> SmallInt,
    }
}

diesel::table! {
    notification_permissions (account_id, from_id) {
        account_id -> BigInt,
        from_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    conversation_marks (account_id, thread_id) {
        account_id -> BigInt,
        thread_id -> BigInt,
        read_id -> BigInt,
        hidden_id -> BigInt,
    }
}

diesel::table! {
    profiles (account_id) {
        account_id -> BigInt,
        note -> Text,
        fields -> Text,
        bot -> Bool,
        indexable -> Bool,
        hides_collections -> Bool,
        visibility -> SmallInt,
        sensitive -> Bool,
        language -> Nullable<Text>,
        quote_policy -> SmallInt,
        attribution_hosts -> Text,
        continues -> Nullable<Text>,
    }
}

diesel::table! {
    rules (id) {
        id -> BigInt,
        text -> Text,
        hint -> Text,
        rank -> Integer,
    }
}

diesel::table! {
    announcements (id) {
        id -> BigInt,
        markdown -> Text,
        starts_at -> Nullable<BigInt>,
        ends_at -> Nullable<BigInt>,
        published_at -> BigInt,
    }
}

diesel::table! {
    announcement_reads (account_id, announcement_id) {
        account_id -> BigInt,
        announcement_id -> BigInt,
    }
}

diesel::table! {
    announcement_reactions (announcement_id, account_id, name) {
        announcement_id -> BigInt,
        account_id -> BigInt,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    cards (id) {
        id -> BigInt,
        url -> Text,
        name -> Text,
        title -> Text,
        description -> Text,
        author -> Text,
        provider -> Text,
        image_url -> Nullable<Text>,
        image_width -> Nullable<Integer>,
        image_height -> Nullable<Integer>,
        image_description -> Text,
        language -> Nullable<Text>,
        published_at -> Nullable<BigInt>,
        fetched_at -> BigInt,
    }
}

diesel::table! {
    contribution_cards (contribution_id) {
        contribution_id -> BigInt,
        url -> Text,
    }
}

diesel::table! {
    emojis (id) {
        id -> BigInt,
        host -> Text,
        shortcode -> Text,
        category -> Text,
        name -> Text,
        media_type -> Text,
        file -> Nullable<Text>,
        remote_url -> Nullable<Text>,
        bytes -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    questions (contribution_id) {
        contribution_id -> BigInt,
        qid -> Text,
        slug -> Text,
        core -> Text,
        asked_by -> Text,
        asked_at -> BigInt,
        wording -> Text,
        background -> Text,
        scope -> Text,
        call -> Text,
        original_uri -> Nullable<Text>,
        original -> Nullable<Text>,
        draft -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    question_answers (contribution_id, key) {
        contribution_id -> BigInt,
        key -> Text,
        rank -> Integer,
        text -> Text,
    }
}

diesel::table! {
    question_ties (contribution_id, kind, target) {
        contribution_id -> BigInt,
        kind -> SmallInt,
        target -> Text,
    }
}

diesel::table! {
    question_copies (qid, uri) {
        qid -> Text,
        uri -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    positions (contribution_id) {
        contribution_id -> BigInt,
        account_id -> BigInt,
        qid -> Text,
        answer -> Text,
        answer_key -> Nullable<Text>,
        certainty -> SmallInt,
        reasoning -> Text,
        conditions -> Text,
        limits -> Text,
        evidence -> Text,
        statement_uri -> Nullable<Text>,
        adopted_body -> Text,
        adopted_on -> Text,
        reason -> Nullable<Text>,
        previous -> Nullable<Text>,
        digest -> Text,
        listing -> SmallInt,
        equivocal -> Bool,
        draft -> Nullable<Text>,
        convinced_by -> Text,
        gap -> Bool,
    }
}

diesel::table! {
    position_theses (contribution_id, thesis_uri) {
        contribution_id -> BigInt,
        thesis_uri -> Text,
        rank -> Integer,
    }
}

diesel::table! {
    equivocations (contribution_id, revision, digest) {
        contribution_id -> BigInt,
        revision -> Integer,
        digest -> Text,
        document -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    listings (qid, account_id, position_uri) {
        qid -> Text,
        account_id -> BigInt,
        position_uri -> Text,
    }
}

diesel::table! {
    exchanges (qid, account_id) {
        qid -> Text,
        account_id -> BigInt,
        digest -> Text,
        agrees -> Bool,
        error -> Nullable<Text>,
        checked_at -> BigInt,
        deletions -> Text,
    }
}

diesel::table! {
    attributions (id) {
        id -> BigInt,
        qid -> Text,
        name -> Text,
        answer -> Text,
        answer_key -> Nullable<Text>,
        certainty -> SmallInt,
        stated_on -> Text,
        quotation -> Text,
        source_title -> Text,
        source_url -> Text,
        user_id -> BigInt,
        created_at -> BigInt,
        withdrawn_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    critiques (contribution_id) {
        contribution_id -> BigInt,
        intent -> SmallInt,
        hold -> SmallInt,
        exact -> Text,
        prefix -> Text,
        suffix -> Text,
        start -> Integer,
        end -> Integer,
        revision -> Integer,
        digest -> Text,
    }
}

diesel::table! {
    catalogues (account_id) {
        account_id -> BigInt,
        next -> Nullable<Text>,
        complete_to -> Nullable<BigInt>,
        taken -> Integer,
        finished_at -> Nullable<BigInt>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    thread_checks (contribution_id) {
        contribution_id -> BigInt,
        claimed -> BigInt,
        checked_at -> BigInt,
    }
}

diesel::table! {
    quotes (contribution_id) {
        contribution_id -> BigInt,
        quoted_id -> Nullable<BigInt>,
        quoted_uri -> Text,
        state -> SmallInt,
        stamp_uri -> Nullable<Text>,
        request_uri -> Nullable<Text>,
    }
}

diesel::table! {
    events (contribution_id) {
        contribution_id -> BigInt,
        date -> Text,
        first_day -> Text,
        last_day -> Text,
        place -> Text,
        details -> Text,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    event_sources (contribution_id, rank) {
        contribution_id -> BigInt,
        rank -> Integer,
        title -> Text,
        url -> Text,
    }
}

diesel::table! {
    event_links (contribution_id, address) {
        contribution_id -> BigInt,
        address -> Text,
    }
}

diesel::table! {
    host_rules (name) {
        name -> Text,
        standing -> SmallInt,
        reject_media -> Bool,
        reject_reports -> Bool,
        public_comment -> Text,
        private_comment -> Text,
        obfuscate -> Bool,
        user_id -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        allowed_before -> Bool,
    }
}

diesel::table! {
    withheld_contributions (contribution_id) {
        contribution_id -> BigInt,
        host_id -> BigInt,
        state -> SmallInt,
    }
}

diesel::table! {
    withheld_accounts (account_id) {
        account_id -> BigInt,
        host_id -> BigInt,
        standing -> SmallInt,
    }
}

diesel::table! {
    severed_follows (id) {
        id -> BigInt,
        host_id -> BigInt,
        follower_id -> BigInt,
        followee_id -> BigInt,
        uri -> Text,
        state -> SmallInt,
        created_at -> BigInt,
        boosts -> Bool,
        notify -> Bool,
        languages -> Nullable<Text>,
        severed_at -> BigInt,
    }
}

diesel::table! {
    external_statements (contribution_id, qid) {
        contribution_id -> BigInt,
        qid -> Text,
        listing -> SmallInt,
        created_at -> BigInt,
        listed_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    account_rules (account_id) {
        account_id -> BigInt,
        standing -> SmallInt,
        sensitive -> Bool,
        frozen -> Bool,
        before -> SmallInt,
        public_comment -> Text,
        private_comment -> Text,
        user_id -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    account_withheld (contribution_id) {
        contribution_id -> BigInt,
        account_id -> BigInt,
        state -> SmallInt,
    }
}

diesel::table! {
    account_severed (id) {
        id -> BigInt,
        account_id -> BigInt,
        follower_id -> BigInt,
        followee_id -> BigInt,
        uri -> Text,
        state -> SmallInt,
        created_at -> BigInt,
        boosts -> Bool,
        notify -> Bool,
        languages -> Nullable<Text>,
        severed_at -> BigInt,
    }
}

diesel::table! {
    public_entries (entry_id) {
        entry_id -> BigInt,
        what -> Text,
        reason -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    report_evidence (report_id, rank) {
        report_id -> BigInt,
        rank -> Integer,
        uri -> Text,
        author -> Text,
        content -> Text,
        published_at -> BigInt,
        digest -> Nullable<Text>,
    }
}

diesel::table! {
    evidence_texts (digest) {
        digest -> Text,
        content -> Text,
    }
}

diesel::table! {
    report_notes (id) {
        id -> BigInt,
        report_id -> BigInt,
        user_id -> BigInt,
        text -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    warnings (id) {
        id -> BigInt,
        account_id -> BigInt,
        report_id -> Nullable<BigInt>,
        outcome -> SmallInt,
        text -> Text,
        created_at -> BigInt,
        appeal -> Nullable<Text>,
        appealed_at -> Nullable<BigInt>,
        answer -> Nullable<Text>,
        granted -> Nullable<Bool>,
        answered_at -> Nullable<BigInt>,
        user_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    content_rules (id) {
        id -> BigInt,
        kind -> SmallInt,
        pattern -> Text,
        number -> Integer,
        minutes -> Integer,
        user_id -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    network_rules (id) {
        id -> BigInt,
        network -> Text,
        bar -> SmallInt,
        comment -> Text,
        ends_at -> Nullable<BigInt>,
        user_id -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    caught (contribution_id) {
        contribution_id -> BigInt,
        rule_id -> BigInt,
        created_at -> BigInt,
        state -> Nullable<SmallInt>,
    }
}

diesel::table! {
    statement_questions (contribution_id, qid) {
        contribution_id -> BigInt,
        qid -> Text,
        rank -> Integer,
    }
}

diesel::table! {
    statement_sources (contribution_id, rank) {
        contribution_id -> BigInt,
        rank -> Integer,
        title -> Text,
        url -> Text,
    }
}

diesel::table! {
    statement_signatories (contribution_id, uri) {
        contribution_id -> BigInt,
        uri -> Text,
        rank -> Integer,
    }
}

diesel::table! {
    guarantors (account_id, uri) {
        account_id -> BigInt,
        uri -> Text,
        needed -> Integer,
        dropped_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    successions (account_id, guarantor) {
        account_id -> BigInt,
        guarantor -> Text,
        successor -> Text,
        signing_key -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    listing_allowances (uri) {
        uri -> Text,
        user_id -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    host_lists (id) {
        id -> BigInt,
        url -> Text,
        title -> Text,
        priority -> Integer,
        adopts -> Bool,
        user_id -> Nullable<BigInt>,
        created_at -> BigInt,
        checked_at -> Nullable<BigInt>,
        error -> Nullable<Text>,
        most -> Integer,
        most_at -> Nullable<BigInt>,
        doubted -> Nullable<Text>,
        believed -> Nullable<Text>,
    }
}

diesel::table! {
    host_list_entries (list_id, name) {
        list_id -> BigInt,
        name -> Text,
        standing -> SmallInt,
        reject_media -> Bool,
        reject_reports -> Bool,
        public_comment -> Text,
        obfuscate -> Bool,
        waits -> Bool,
    }
}

diesel::table! {
    listed_rules (name) {
        name -> Text,
        list_id -> Nullable<BigInt>,
        refused -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    withheld_likes (account_id, contribution_id) {
        account_id -> BigInt,
        contribution_id -> BigInt,
        id -> BigInt,
        uri -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    withheld_boosts (id) {
        id -> BigInt,
        account_id -> BigInt,
        contribution_id -> BigInt,
        uri -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    withheld_votes (contribution_id, account_id, position) {
        contribution_id -> BigInt,
        account_id -> BigInt,
        position -> Integer,
        uri -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    expulsions (contribution_id) {
        contribution_id -> BigInt,
        condemnation_id -> Nullable<BigInt>,
        state -> Nullable<SmallInt>,
        failed_at -> Nullable<BigInt>,
        why -> Nullable<Text>,
    }
}

diesel::table! {
    condemnations (id) {
        id -> BigInt,
        user_id -> Nullable<BigInt>,
        about -> Text,
        texts -> BigInt,
        created_at -> BigInt,
        due_at -> BigInt,
        report_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    internal_rooms (id) {
        id -> BigInt,
        title -> Text,
        created_by -> BigInt,
        created_at -> BigInt,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    internal_room_threads (thread_id) {
        thread_id -> BigInt,
        room_id -> BigInt,
    }
}

diesel::table! {
    host_arrivals (host_id, minute) {
        host_id -> BigInt,
        minute -> BigInt,
        texts -> Integer,
    }
}

diesel::table! {
    rejected_authors (account_id, condemnation_id) {
        account_id -> BigInt,
        condemnation_id -> BigInt,
        user_id -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    review_approvals (host_id) {
        host_id -> BigInt,
        user_id -> Nullable<BigInt>,
        public_comment -> Text,
        texts -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    review_released (host_id, contribution_id) {
        host_id -> BigInt,
        contribution_id -> BigInt,
    }
}

diesel::table! {
    archives (account_id) {
        account_id -> BigInt,
        asked_at -> BigInt,
        file -> Nullable<Text>,
        bytes -> BigInt,
        made_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    taken_lists (id) {
        id -> BigInt,
        user_id -> Nullable<BigInt>,
        title -> Text,
        rules -> Integer,
        shown -> Bool,
        created_at -> BigInt,
        taken_back_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    taken_rules (list_id, name) {
        list_id -> BigInt,
        name -> Text,
        standing -> Nullable<SmallInt>,
        reject_media -> Bool,
        reject_reports -> Bool,
        public_comment -> Text,
        obfuscate -> Bool,
        changed -> Bool,
    }
}

diesel::table! {
    uploaded_lists (user_id) {
        user_id -> BigInt,
        digest -> Text,
        content -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    mail_addresses (user_id) {
        user_id -> BigInt,
        address -> Text,
        language -> Text,
        entered_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        token_hash -> Nullable<Text>,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    mail_blocks (id) {
        id -> BigInt,
        kind -> SmallInt,
        value -> Text,
        user_id -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::joinable!(review_approvals -> hosts (host_id));
diesel::allow_tables_to_appear_in_same_query!(review_approvals, hosts);
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(password_links -> users (user_id));
diesel::joinable!(mail_addresses -> users (user_id));
diesel::joinable!(pending_sign_ins -> users (user_id));
diesel::joinable!(tokens -> users (user_id));
diesel::joinable!(oauth_app_tokens -> oauth_apps (app_id));
diesel::joinable!(statements -> contributions (contribution_id));
diesel::joinable!(questions -> contributions (contribution_id));
diesel::joinable!(positions -> contributions (contribution_id));
diesel::joinable!(critiques -> contributions (contribution_id));
diesel::joinable!(events -> contributions (contribution_id));
diesel::joinable!(external_statements -> contributions (contribution_id));

diesel::allow_tables_to_appear_in_same_query!(
    sites,
    hosts,
    accounts,
    account_documents,
    account_keys,
    users,
    sessions,
    password_links,
    mail_addresses,
    role_ends,
    invites,
    tokens,
    push_keys,
    push_subscriptions,
    second_factors,
    recovery_codes,
    pending_sign_ins,
    oauth_apps,
    oauth_codes,
    oauth_app_tokens,
    contributions,
    revisions,
    statements,
    theses,
    mentions,
    tags,
    likes,
    boosts,
    pins,
    follows,
    blocks,
    tombstones,
    undone,
    notifications,
    reports,
    drafts,
    activities,
    deliveries,
    inbox_items,
    jobs,
    audit_entries,
    feed,
    account_counts,
    claimed_counts,
    bookmarks,
    muted_threads,
    scheduled_posts,
    idempotency_keys,
    polls,
    poll_options,
    poll_votes,
    media,
    cached_files,
    mutes,
    host_mutes,
    account_notes,
    endorsements,
    lists,
    list_accounts,
    filters,
    filter_keywords,
    filter_contributions,
    markers,
    followed_tags,
    featured_tags,
    notification_policies,
    notification_permissions,
    conversation_marks,
    profiles,
    rules,
    announcements,
    announcement_reads,
    announcement_reactions,
    emojis,
    cards,
    contribution_cards,
    questions,
    question_answers,
    question_ties,
    question_copies,
    positions,
    position_theses,
    equivocations,
    listings,
    exchanges,
    attributions,
    critiques,
    catalogues,
    thread_checks,
    quotes,
    events,
    event_sources,
    event_links,
    host_rules,
    withheld_contributions,
    withheld_accounts,
    severed_follows,
    external_statements,
    account_rules,
    account_withheld,
    account_severed,
    public_entries,
    report_evidence,
    evidence_texts,
    condemnations,
    internal_rooms,
    internal_room_threads,
    report_notes,
    warnings,
    content_rules,
    caught,
    statement_questions,
    statement_sources,
    statement_signatories,
    listing_allowances,
    host_lists,
    host_list_entries,
    listed_rules,
    withheld_likes,
    withheld_boosts,
    withheld_votes,
    expulsions,
    host_arrivals,
    archives,
    rebuffs,
    uploaded_lists,
    guarantors,
    successions,
);

/// The schema of the database, as the steps that lead to it.
enum Migrations {
    /// `PRAGMA application_id` of Roster's databases: "ROST".
    static let applicationID = 0x524F_5354

    /// Each step leads from the schema with its index to the next.
    private static let steps: [StaticString] = [
        """
        -- A resource. Times in microseconds since 1970, UTC.
        CREATE TABLE resource (
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            type TEXT NOT NULL,
            created INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            version INTEGER NOT NULL,
            document TEXT NOT NULL
        );
        CREATE INDEX resource_type ON resource (type);
        CREATE INDEX resource_modified ON resource (type, modified);

        -- How many resources there are, so that no list has to count them.
        CREATE TABLE resource_count (
            type TEXT PRIMARY KEY,
            total INTEGER NOT NULL
        ) WITHOUT ROWID;

        -- The numbers of attributes in table value.
        CREATE TABLE attribute (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        );

        -- What filters and sorts compare: every simple value in comparable form, and for each
        -- complex value a row that has a key when something is in it. A resource's rows stand
        -- together; the partial indexes lead to those by which resources are looked up.
        CREATE TABLE value (
            resource INTEGER NOT NULL,
            attribute INTEGER NOT NULL,
            element INTEGER NOT NULL,
            class INTEGER NOT NULL, -- 0 plain, 1 indexed, 2 unique
            key,
            PRIMARY KEY (resource, attribute, element)
        ) WITHOUT ROWID;
        CREATE INDEX value_indexed ON value (attribute, key) WHERE class = 1;
        CREATE UNIQUE INDEX value_unique ON value (attribute, key) WHERE class = 2;

        -- externalId belongs to the provisioning domain that set it.
        CREATE TABLE external_id (
            domain TEXT NOT NULL,
            resource INTEGER NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (resource, domain)
        ) WITHOUT ROWID;
        CREATE INDEX external_id_value ON external_id (domain, value);

        CREATE TABLE member (
            grp INTEGER NOT NULL,
            member INTEGER NOT NULL,
            added INTEGER NOT NULL,
            PRIMARY KEY (grp, member)
        ) WITHOUT ROWID;
        CREATE INDEX member_of ON member (member, grp);

        CREATE TABLE credential (
            resource INTEGER PRIMARY KEY,
            hash TEXT NOT NULL
        );

        CREATE TABLE token (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            hash BLOB NOT NULL UNIQUE, -- SHA-256 of the secret
            name TEXT NOT NULL,
            profile TEXT NOT NULL,
            rights TEXT NOT NULL,
            domain TEXT NOT NULL,
            created INTEGER NOT NULL,
            expires INTEGER,
            revoked INTEGER,
            used INTEGER
        );

        CREATE TABLE audit (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            request TEXT NOT NULL,
            token INTEGER NOT NULL,
            client TEXT NOT NULL,
            action TEXT NOT NULL,
            type TEXT NOT NULL,
            resource TEXT NOT NULL,
            version INTEGER NOT NULL,
            detail TEXT NOT NULL
        );

        -- What receivers are still to be told.
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            event TEXT NOT NULL,
            type TEXT NOT NULL,
            resource TEXT NOT NULL,
            version INTEGER NOT NULL,
            data TEXT NOT NULL
        );
        """,
        """
        -- Every change, in the order of commits; numbers are never given twice.
        CREATE TABLE journal (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            request TEXT NOT NULL,
            actor_type TEXT NOT NULL, -- token, command, system
            actor_id INTEGER,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            type TEXT NOT NULL,
            resource TEXT NOT NULL,
            name TEXT NOT NULL, -- by which people know the resource
            version INTEGER NOT NULL,
            concerned TEXT, -- ids as a JSON array, where there are any
            detail TEXT NOT NULL
        );
        INSERT INTO journal (at, request, actor_type, actor_id, actor, action, type, resource, name,
                version, detail)
            SELECT at, request, 'token', token, client, action, type, resource,
                coalesce((SELECT coalesce(
                    json_extract(document, '$.userName'), json_extract(document, '$.displayName'))
                    FROM resource r WHERE r.id = a.resource), ''),
                version, detail
            FROM audit a ORDER BY id;
        DROP TABLE audit;
        -- It kept the documents of deleted people, and nobody read it.
        DROP TABLE outbox;
        """,
        """
        -- Who is told of changes. Times in microseconds since 1970, UTC.
        CREATE TABLE receiver (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            name TEXT NOT NULL UNIQUE COLLATE NOCASE,
            type TEXT, -- the only resource type that it is told of
            follows_groups INTEGER NOT NULL,
            follows_references INTEGER NOT NULL,
            settings TEXT NOT NULL, -- a JSON object
            created INTEGER NOT NULL,
            paused INTEGER NOT NULL,
            -- Why it cannot be reached.
            attempts INTEGER NOT NULL DEFAULT 0,
            failing_since INTEGER,
            retry_at INTEGER,
            problem_code TEXT,
            problem_message TEXT,
            -- Who sends to it.
            lease_holder TEXT,
            lease_until INTEGER
        );

        -- How far each receiver knows of each resource. The state is read when it is sent.
        CREATE TABLE delivery (
            receiver INTEGER NOT NULL,
            resource TEXT NOT NULL,
            type TEXT NOT NULL,
            version INTEGER NOT NULL, -- rises with every change that may concern the receiver
            acknowledged INTEGER NOT NULL DEFAULT 0,
            due INTEGER,
            urgency INTEGER NOT NULL DEFAULT 1, -- 0 where somebody's access ends
            attempts INTEGER NOT NULL DEFAULT 0,
            failing_since INTEGER,
            problem_code TEXT,
            problem_message TEXT,
            account_id TEXT,
            account_name TEXT,
            active INTEGER,
            PRIMARY KEY (receiver, resource)
        ) WITHOUT ROWID;
        CREATE INDEX delivery_due ON delivery (receiver, urgency, due) WHERE due IS NOT NULL;
        CREATE INDEX delivery_account ON delivery (receiver, account_id)
            WHERE account_id IS NOT NULL;
        """,
        """
        -- The journal is the audit trail, too: what was refused, failed or asked for from the
        -- console stands in it with the request that asked.
        ALTER TABLE journal ADD COLUMN method TEXT;
        ALTER TABLE journal ADD COLUMN path TEXT; -- behind the base, percent-encoded, no query
        ALTER TABLE journal ADD COLUMN address TEXT; -- where the request came from
        ALTER TABLE journal ADD COLUMN agent TEXT; -- the client's name for itself
        ALTER TABLE journal ADD COLUMN status INTEGER; -- of the answer
        ALTER TABLE journal ADD COLUMN microseconds INTEGER; -- from the request until it was noted
        ALTER TABLE journal ADD COLUMN body TEXT; -- that was sent, without secrets, where it is kept

        -- Words and marks of entries, brought up to date in batches: rows that are written with
        -- each change would cost each change. `counter` says how far it is.
        CREATE VIRTUAL TABLE journal_word USING fts5 (
            text, content = '', detail = none, columnsize = 0, tokenize = "unicode61 categories 'L* N* Co'",
            prefix = '3 4'
        );
        -- Words of users, by resource.key, brought up to date in the same way.
        CREATE VIRTUAL TABLE user_word USING fts5 (
            text, detail = none, columnsize = 0, tokenize = "unicode61 categories 'L* N* Co'",
            prefix = '3 4'
        );
        CREATE TABLE counter (
            name TEXT PRIMARY KEY,
            value INTEGER NOT NULL
        ) WITHOUT ROWID;
        -- How much happened, by hours since 1970.
        CREATE TABLE hour_count (
            hour INTEGER NOT NULL,
            kind TEXT NOT NULL, -- created, updated, deactivated, failed, unauthenticated
            total INTEGER NOT NULL,
            PRIMARY KEY (hour, kind)
        ) WITHOUT ROWID;

        -- What receivers answered; `sequence` is the journal's last when the state was read.
        CREATE TABLE outcome (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            receiver INTEGER NOT NULL,
            resource TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            version INTEGER NOT NULL,
            status TEXT NOT NULL, -- done, refused, postponed
            attempts INTEGER NOT NULL,
            code TEXT,
            message TEXT,
            account_id TEXT,
            account_name TEXT
        );
        -- Whom a receiver is not told of any more, whatever happens to them.
        ALTER TABLE delivery ADD COLUMN detached INTEGER NOT NULL DEFAULT 0;
        CREATE TRIGGER delivery_detached AFTER UPDATE OF due ON delivery
            WHEN NEW.detached AND NEW.due IS NOT NULL
        BEGIN
            UPDATE delivery SET due = NULL, acknowledged = NEW.version
                WHERE receiver = NEW.receiver AND resource = NEW.resource;
        END;
        -- Few, as a rule: what needs somebody is found and counted without looking at the rest.
        CREATE INDEX delivery_parked ON delivery (receiver, resource)
            WHERE due IS NULL AND acknowledged < version;
        CREATE INDEX outcome_resource ON outcome (resource, receiver, sequence);
        CREATE INDEX delivery_problem ON delivery (receiver) WHERE problem_code IS NOT NULL;

        -- The last request of each token, so that people see whether a client is alive.
        ALTER TABLE token ADD COLUMN last_request TEXT; -- GET /Users 200

        -- Who may use the console.
        CREATE TABLE administrator (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE COLLATE NOCASE,
            role TEXT NOT NULL, -- administrator, auditor
            password TEXT, -- bcrypt; none for those whom a WordPress site vouches for
            receiver INTEGER, -- that site
            created INTEGER NOT NULL,
            signed_in INTEGER,
            sessions_since INTEGER NOT NULL -- those that began before are over
        );
        -- Tickets that were used and sessions that were ended, until they would end by themselves.
        CREATE TABLE spent (
            id TEXT PRIMARY KEY,
            until INTEGER NOT NULL
        ) WITHOUT ROWID;
        -- Signing in that failed, by name and by address.
        CREATE TABLE sign_in_failure (
            subject TEXT PRIMARY KEY,
            failures INTEGER NOT NULL,
            until INTEGER NOT NULL -- before which nobody may try again
        ) WITHOUT ROWID;
        -- Settings of the directory, each a JSON value.
        CREATE TABLE setting (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) WITHOUT ROWID;
        """,
    ]

    static var currentVersion: Int { steps.count }

    /// Makes the schema in a new database, and checks that of another.
    static func prepare(
        _ connection: Connection,
        path: String,
        _ policy: SQLiteStore.Policy
    ) throws {
        let found = try version(connection)
        if found == currentVersion, try isRoster(connection) { return }
        if try isEmpty(connection) {
            guard policy.new == .make else { throw DatabaseUnfit.empty(path: path) }
        } else {
            guard try isRoster(connection) else { throw DatabaseUnfit.notRoster }
            if found > currentVersion {
                throw DatabaseUnfit.newerSchema(found: found, known: currentVersion)
            }
            guard policy.older == .migrate else {
                throw DatabaseUnfit.olderSchema(found: found, known: currentVersion)
            }
        }
        // The mode is kept in the file. A file system without shared memory declines it, and
        // the rollback journal does the same more slowly.
        _ = try connection.texts("PRAGMA journal_mode = WAL")
        try connection.transaction("BEGIN EXCLUSIVE") {
            // Another process may have been faster.
            for step in steps[min(try version(connection), steps.count)...] {
                try connection.run(script: step)
            }
            try connection.run(script: "PRAGMA application_id = 0x524F5354")
            try connection.run(script: "PRAGMA user_version = 4")
        }
        let reached = try version(connection)
        precondition(reached == currentVersion, "a step without its number")
    }

    static func version(_ connection: Connection) throws -> Int {
        try connection.integer("PRAGMA user_version")
    }

    static func isRoster(_ connection: Connection) throws -> Bool {
        try connection.integer("PRAGMA application_id") == applicationID
    }

    static func isEmpty(_ connection: Connection) throws -> Bool {
        try connection.integer("SELECT count(*) FROM sqlite_master") == 0
    }
}

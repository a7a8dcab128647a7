import SCIM

/// Pages that any address may lead to.
extension Sheet {
    static func notFound(_ visit: Visit) -> Sheet {
        Sheet(
            "Not found",
            nil,
            status: 404,
            """
            <section class="card empty flow">
            <h1>There is no such page</h1>
            <p>The person, token or entry may have been deleted since. What happened to it stands \
            in the audit.</p>
            <p class="actions"><a class="button primary" href="\(visit.path(Href()))">Overview</a> \
            <a class="button" href="\(visit.path(Href("audit")))">Search the audit</a></p>
            </section>
            """
        )
    }

    static func denied(_ visit: Visit) -> Sheet {
        Sheet(
            "Read only",
            nil,
            status: 403,
            """
            <h1>You may look, not change</h1>
            <div class="banner warn" role="alert">
            \(Icon.warn)
            <h2>\(visit.administrator.name) is an auditor</h2>
            <p>Auditors see everything and change nothing. Nothing was changed just now. To change \
            something, ask an administrator for the role Administrator.</p>
            <p class="actions"><a class="button" href="\(visit.path(Href()))">Overview</a></p>
            </div>
            """
        )
    }

    /// What was asked for cannot be done; nothing was changed.
    static func refused(_ visit: Visit, _ error: SCIMError) -> Sheet {
        Sheet(
            "Not done",
            nil,
            status: error.status,
            """
            <h1>Nothing was changed</h1>
            <div class="banner bad" role="alert">
            \(Icon.bad)
            <h2>That cannot be done</h2>
            <p>\(error.detail)</p>
            <p class="actions"><a class="button" href="\(visit.path(Href()))">Overview</a></p>
            </div>
            """
        )
    }
}

/// Requests from pages of other origins (the Fetch standard, "CORS protocol"): Microsoft's SCIM
/// validator, for one, runs in a browser.
///
/// Every origin may ask. A browser adds nothing by itself that gives rights here, neither cookies
/// nor stored passwords: the page must have a token.
enum CrossOrigin {
    /// For every answer to such a request.
    static let headers = [
        ("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "ETag, Location"),
    ]

    /// The answer to OPTIONS, which browsers send beforehand.
    static func preflight(allowing methods: String) -> Reply {
        Reply(
            status: 204,
            headers: [
                ("Allow", methods), ("Access-Control-Allow-Methods", methods),
                (
                    "Access-Control-Allow-Headers",
                    "Authorization, Content-Type, If-Match, If-None-Match"
                ),
                ("Access-Control-Max-Age", "3600"),
            ]
        )
    }
}

/// What a front end makes of a request: the response for the client, what the log is to say of it,
/// and what is left to be done.
package struct Answer {
    package let response: Response
    /// Name of the client's token; nil when there was none that is valid.
    package let client: String?
    /// The names of the profile's rewrites that fired.
    package let rewrites: [String]
    /// Why it failed, where the client is not told.
    package let cause: String?
    /// What nobody has to wait for: run once, when the client has its answer.
    package let afterwards: (() -> Void)?

    package init(
        _ response: Response,
        client: String? = nil,
        rewrites: [String] = [],
        cause: String? = nil,
        afterwards: (() -> Void)? = nil
    ) {
        self.response = response
        self.client = client
        self.rewrites = rewrites
        self.cause = cause
        self.afterwards = afterwards
    }
}

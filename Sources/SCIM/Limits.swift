/// The bounds on what a client may send and ask for.
///
/// A request beyond one is refused with an error that names the limit.
package struct Limits: Sendable {
    /// Bytes of a request's body.
    package var bodyBytes = 1_048_576
    /// Bytes of all request variables together.
    package var headerBytes = 65_536
    /// How many request variables there may be, repeated names counted each time.
    package var headerCount = 512
    /// Bytes of the request's path.
    package var pathBytes = 2_048
    /// Bytes of the request's query.
    package var queryBytes = 16_384
    /// Levels of arrays and objects in a body.
    package var jsonDepth = 32
    /// Combining marks in a row, in any text of a body: no language has as many, and to compare
    /// text costs the square of their number.
    package var combiningMarks = 100
    /// Bytes of a filter.
    package var filterBytes = 8_192
    /// Terms of a filter: comparisons, value paths and groups.
    package var filterNodes = 200
    /// Levels of grouping in a filter; of more, SQLite's parser could have too many open at once.
    package var filterDepth = 16
    /// Operations of a PATCH request: about as many as fit into a body with one member each, so
    /// that a client that cuts its requests by this limit stays below the other.
    package var patchOperations = 10_000
    /// Values of a multi-valued attribute.
    ///
    /// A group's members are not limited.
    package var attributeValues = 1_000
    /// Bytes of one value that is text: enough for a certificate, and for the picture of a person in
    /// a `data:` URL.
    package var attributeBytes = 262_144
    /// Bytes of one value of an attribute that resources are looked up by, such as `userName`.
    ///
    /// Case folding at most triples them, and stays below what an index of any database takes.
    package var indexedBytes = 1_024
    /// Comparisons of a PATCH request's value filters with values, all operations together: they
    /// are made while nobody else can write.
    package var patchComparisons = 250_000
    /// Bytes of a list's resources, roughly: what is put together in memory.
    package var pageBytes = 33_554_432
    /// Resources of one page, also where the client names no count; announced as
    /// `filter.maxResults` (RFC 7643 §5).
    package var pageSize = 500
    /// Milliseconds of a process's time that a request may take; what takes longer is ended.
    package var requestCPUMilliseconds = 5_000
    /// Bytes of a body that the audit trail keeps.
    package var auditBodyBytes = 65_536
    /// Bytes of one value before or after a change in the audit trail.
    package var auditValueBytes = 1_024
    /// Bytes of all changes of one entry in the audit trail.
    package var auditChangesBytes = 32_768
    /// Refused and failed requests of one token that the audit trail keeps in an hour; those beyond
    /// are counted.
    package var auditRefusalsPerHour = 1_000
    /// Bytes of a password; bcrypt ignores what lies beyond.
    package var passwordBytes = 72

    package init() {}

    package static let standard = Limits()
}

import CSQLite
import Directory

/// `version_tag(version, memberships)`: a resource's entity tag within SQL, for the rare filter
/// that names `meta.version`.
enum VersionTagFunction {
    static let name = "version_tag"

    static let function:
        @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void = {
            context,
            _,
            arguments in
            guard let arguments else { return sqlite3_result_null(context) }
            let length = Int(sqlite3_value_bytes(arguments[1]))
            let memberships = sqlite3_value_text(arguments[1]).map { text in
                Array(UnsafeBufferPointer(start: text, count: length))
            }
            let tag = EntityTag.text(
                version: sqlite3_value_int64(arguments[0]),
                joinedMemberships: memberships
            )
            let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            sqlite3_result_text(context, tag, Int32(tag.utf8.count), transient)
        }
}

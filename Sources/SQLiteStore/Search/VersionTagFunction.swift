import Directory
import GRDB

/// `version_tag(version, memberships)`: a resource's entity tag within SQL, for the rare filter
/// that names `meta.version`.
enum VersionTagFunction {
    static let function = DatabaseFunction("version_tag", argumentCount: 2, pure: true) { values in
        guard let version = Int64.fromDatabaseValue(values[0]) else { return nil }
        return EntityTag.text(
            version: version,
            joinedMemberships: String.fromDatabaseValue(values[1])
        )
    }
}

import Gateway
import Secrets

/// A file that pages refer to: the same for everybody, under a name that changes with it.
enum Asset {
    case style, script

    private static let styleHash = hash(PackageResources.console_css)
    private static let scriptHash = hash(PackageResources.console_js)

    private static func hash(_ bytes: [UInt8]) -> String {
        Sodium.hexadecimal(Sodium.sha256(bytes)[..<6])
    }

    /// The name below the console.
    var name: String {
        switch self {
        case .style: "console-\(Self.styleHash).css"
        case .script: "console-\(Self.scriptHash).js"
        }
    }

    init?(_ segments: [String]) {
        guard segments.count == 1 else { return nil }
        switch segments[0] {
        case Asset.style.name: self = .style
        case Asset.script.name: self = .script
        default: return nil
        }
    }

    var response: Response {
        let (type, bytes) =
            switch self {
            case .style: ("text/css; charset=utf-8", PackageResources.console_css)
            case .script: ("text/javascript; charset=utf-8", PackageResources.console_js)
            }
        return Response(
            status: 200,
            contentType: type,
            headers: [("X-Content-Type-Options", "nosniff")],
            body: bytes,
            caching: .immutable
        )
    }
}

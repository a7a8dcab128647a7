import SCIM

/// What a path leads to (RFC 7644 §3.2, §3.13).
struct Route: Sendable {
    enum Target: Sendable {
        /// `/Users`
        case collection(ResourceType)
        /// `/Users/2819c223-7f76-453a-919d-413861904646`
        case resource(ResourceType, id: String)
        /// `/ServiceProviderConfig`
        case serviceProviderConfig
        /// `/ResourceTypes` and `/ResourceTypes/User`
        case resourceTypes(id: String?)
        /// `/Schemas` and `/Schemas/urn:ietf:params:scim:schemas:core:2.0:User`
        case schemas(id: String?)
        /// `/Deliveries`, where receivers ask for what they have not been sent.
        case deliveries
        /// What the RFCs define and this endpoint does not offer.
        case unsupported(String)

        /// For the `Allow` field.
        var methods: String {
            switch self {
            case .collection: "GET, HEAD, POST, OPTIONS"
            case .resource: "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
            case .deliveries: "POST, OPTIONS"
            case .serviceProviderConfig, .resourceTypes, .schemas, .unsupported:
                "GET, HEAD, OPTIONS"
            }
        }

        var isDiscovery: Bool {
            switch self {
            case .serviceProviderConfig, .resourceTypes, .schemas: true
            case .collection, .resource, .deliveries, .unsupported: false
            }
        }
    }

    /// The path of the base URL, without a trailing slash: `/scim/v2`.
    let basePath: String
    /// The path behind the base, as it was sent.
    let path: String
    let target: Target

    /// - Parameters:
    ///   - path: Percent-encoded. The base is whatever stands before `v2`, or before the name of an
    ///     endpoint; doubled and trailing slashes do not matter.
    ///   - types: The resource types that there are.
    /// - Throws: 404 for an unknown path, `invalidVers` for a version that there is not.
    init(path: String, types: ResourceTypes) throws(SCIMError) {
        let segments = Segments(path)
        let start = try Self.start(segments.decoded, types)
        basePath = segments.path(of: ..<start)
        self.path = segments.path(of: start...)
        var rest = segments.decoded[start...]
        // An id that cannot be decoded is none that exists.
        guard let first = rest.popFirst() else {
            target = .unsupported("a search over all resource types")
            return
        }
        guard let first, let target = Self.target(first, Array(rest), types) else {
            throw .notFound("there is nothing at this path")
        }
        self.target = target
    }

    /// The index of the segment behind the base.
    private static func start(
        _ segments: [String?],
        _ types: ResourceTypes
    ) throws(SCIMError) -> Int {
        let isEndpoint = { (segment: String?) in segment.flatMap { endpoint($0, types) } != nil }
        let isVersion = { (index: Int) in segments[index]?.isVersion == true }
        let version =
            segments.indices.first { index in
                isVersion(index)
                    && (index + 1 == segments.count || isEndpoint(segments[index + 1]))
            } ?? segments.indices.last(where: isVersion)
        if let version {
            guard segments[version] == "v2" else {
                throw .invalidVersion("the version of the protocol is v2")
            }
            return version + 1
        }
        guard let start = segments.firstIndex(where: isEndpoint) else {
            throw .notFound("there is nothing at this path")
        }
        return start
    }

    private enum Endpoint {
        case resources(ResourceType)
        case other(String)
    }

    private static let others = [
        "ServiceProviderConfig", "ResourceTypes", "Schemas", "Me", "Bulk", ".search", "Deliveries",
    ]

    /// What a name stands for, which some clients write as `/users`.
    private static func endpoint(_ segment: String, _ types: ResourceTypes) -> Endpoint? {
        let type = types.all.first { type in
            let name = type.endpoint.utf8.dropFirst()
            return name.count == segment.utf8.count
                && String(Substring(name)).equalsIgnoringASCIICase(segment)
        }
        if let type { return .resources(type) }
        return others.first { $0.equalsIgnoringASCIICase(segment) }.map(Endpoint.other)
    }

    private static func target(
        _ segment: String,
        _ rest: [String?],
        _ types: ResourceTypes
    ) -> Target? {
        guard rest.count <= 1, let endpoint = endpoint(segment, types) else { return nil }
        let id = rest.first.map { $0 ?? "" }
        switch endpoint {
        case .resources(let type):
            guard let id else { return .collection(type) }
            return id == ".search" ? .unsupported("search by POST") : .resource(type, id: id)
        case .other("ServiceProviderConfig"): return id == nil ? .serviceProviderConfig : nil
        case .other("ResourceTypes"): return .resourceTypes(id: id)
        case .other("Schemas"): return .schemas(id: id)
        case .other("Deliveries"): return id == nil ? .deliveries : nil
        case .other(".search"): return .unsupported("search by POST")
        case .other(let name): return .unsupported("/\(name)")
        }
    }
}

/// What stands between the slashes of a path.
private struct Segments {
    private let path: String
    /// Where they stand in the path's UTF-8.
    private var encoded: [Range<Int>] = []
    /// `nil` for what cannot be decoded.
    private(set) var decoded: [String?] = []

    init(_ path: String) {
        self.path = path
        var path = path
        encoded.reserveCapacity(8)
        decoded.reserveCapacity(8)
        path.withUTF8 { bytes in
            var start = 0
            while start < bytes.count {
                let rest = bytes[start...]
                let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? bytes.count
                if end > start {
                    encoded.append(start..<end)
                    decoded.append(rest[..<end].percentDecoded())
                }
                start = end + 1
            }
        }
    }

    /// Some of the segments as a path, as they were sent.
    func path(of range: some RangeExpression<Int>) -> String {
        var path = path
        return path.withUTF8 { bytes in
            encoded[range].reduce(into: "") { base, segment in
                base += "/"
                base += String(decoding: bytes[segment], as: UTF8.self)
            }
        }
    }
}

extension String {
    /// Whether this is `v1`, `v2` and so on.
    fileprivate var isVersion: Bool {
        utf8.first == UInt8(ascii: "v") && utf8.count > 1
            && utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }
}

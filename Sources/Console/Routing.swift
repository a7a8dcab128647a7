import Directory
import SCIM

/// From a path below the console to the page that answers it.
extension Visit {
    /// Answers GET; what is not there has a page of its own.
    func show() throws(SCIMError) -> Reply {
        try answering { try pages?.read(Array(place.segments.dropFirst())) }
    }

    /// Answers POST.
    func change() throws(SCIMError) -> Reply {
        try answering { try pages?.change(Array(place.segments.dropFirst())) }
    }

    private func answering(_ body: () throws -> Reply?) throws(SCIMError) -> Reply {
        do {
            return try body() ?? .sheet(.notFound(self))
        } catch {
            let error = SCIMError(any: error)
            switch error.status {
            case 404: return .sheet(.notFound(self))
            case 400...499: return .sheet(.refused(self, error))
            default: throw error
            }
        }
    }

    /// The pages of the path's first part.
    private var pages: (any Pages)? {
        switch place.segments.first {
        case nil: OverviewPages(self)
        case "check": CheckPages(self)
        case "providers": ProviderPages(self)
        case "tokens": TokenPages(self)
        case "users": UserPages(self)
        case "groups": GroupPages(self)
        case "audit": AuditPages(self)
        case "audit.csv", "audit.json": AuditFile(self)
        case "deliveries": DeliveryPages(self)
        case "mapping": MappingPages(self)
        case "roles": RolePages(self)
        case "receivers": ReceiverPages(self)
        case "settings": SettingsPages(self)
        default: nil
        }
    }
}

import Transport

/// Where a receiver is, as a form has it.
struct ReceiverAddress {
    let url: URL
    /// As it was typed: of a webhook each sign may count.
    let text: String
    let name: String
    /// Where to connect to instead, as `HOST:PORT`.
    let connectTo: String?
    /// Fields for each call, as `Name: value`.
    let headers: [String]

    /// - Throws: `FormFault` for what cannot be.
    init(_ form: Fields) throws {
        guard let typed = form["url"], let url = URL(typed) else {
            throw FormFault(
                field: "url",
                message: "An address is written like https://www.example.com."
            )
        }
        (self.url, text) = (url, typed)
        // A name is of letters, digits and few signs; a host without its port has no others.
        name = form["name"] ?? url.host.filter { $0 != "[" && $0 != "]" && $0 != ":" }
        connectTo = form["connectTo"]
        if let connectTo, !connectTo.isPlace {
            throw FormFault(
                field: "connectTo",
                message: "It is HOST:PORT, such as 127.0.0.1:443."
            )
        }
        headers = form["header"].map { [$0] } ?? []
        if headers.contains(where: { !$0.isHeaderField }) {
            throw FormFault(field: "header", message: "It is “Name: value”.")
        }
    }
}

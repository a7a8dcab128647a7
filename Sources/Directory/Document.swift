import JSONText
import SCIM

/// A resource's JSON as a tree and as text, each made of the other once at most.
package final class Document {
    private var tree: JSONObject?
    private var bytes: [UInt8]?

    package init(_ object: JSONObject) { tree = object }

    /// `text` is a JSON object.
    package init(text: [UInt8]) { bytes = text }

    /// The document as JSON text.
    package var text: [UInt8] {
        if let bytes { return bytes }
        var writer = JSONWriter(capacity: 1_024)
        if let tree { writer.append(tree) }
        bytes = writer.bytes
        return writer.bytes
    }

    /// Hands the text over without copying it.
    func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        text.withUnsafeBufferPointer(body)
    }

    /// The document as a tree.
    ///
    /// - Throws: `StoreError.damaged` when the text is no JSON object.
    package func object() throws -> JSONObject {
        if let tree { return tree }
        let parsed: JSON
        do {
            parsed = try JSON(parsing: bytes ?? [], depthMax: .max)
        } catch {
            throw StoreError.damaged(cause: "a stored document: \(error.message)")
        }
        guard let object = parsed.object else {
            throw StoreError.damaged(cause: "a stored document is no object")
        }
        tree = object
        return object
    }
}

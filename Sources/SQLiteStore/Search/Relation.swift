/// The rows that hold what resource `r` has of an attribute, whatever table they are in.
struct Relation {
    /// Tables with their aliases: `value v`.
    let from: SQL
    /// Which of their rows are the attribute's: `v.attribute = 17`.
    let restriction: SQL
    /// The same, so that rows are found by an index on what is compared; `nil` where none is.
    let indexed: SQL?
    /// What ties a row to the resource: `v.resource = r.key`.
    let ofResource: SQL
    /// The key of the resource that a row belongs to: `v.resource`.
    let resource: SQL
    /// What is compared: `v.key`.
    let value: SQL
    /// In what order the resource has its values.
    let place: SQL

    /// Some value of the resource satisfies a condition on `value`.
    func exists(where condition: SQL) -> SQL {
        "EXISTS (SELECT 1 FROM \(from) WHERE \(ofResource) AND \(restriction) AND \(condition))"
    }

    /// The same, where the resources are found by an index on the values.
    func found(where condition: SQL) -> SQL {
        guard let indexed else { return exists(where: condition) }
        return "r.key IN (SELECT \(resource) FROM \(from) WHERE \(indexed) AND \(condition))"
    }

    /// The same, where no two resources have one value.
    func onlyFound(where condition: SQL) -> SQL {
        guard let indexed else { return exists(where: condition) }
        // Cheaper than a list of the resources that there are.
        return """
            r.key = coalesce((SELECT \(resource) FROM \(from) WHERE \(indexed) AND \(condition)), -1)
            """
    }

    /// The first value of the resource.
    var first: SQL {
        "(SELECT \(value) FROM \(from) WHERE \(ofResource) AND \(restriction) ORDER BY \(place) LIMIT 1)"
    }
}

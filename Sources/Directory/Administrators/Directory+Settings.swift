import SCIM

/// Settings of the directory, which administrators change while it runs.
extension Directory {
    /// Changes settings; `nil` sets one to its default.
    ///
    /// - Parameters:
    ///   - values: By name; what they mean is for those to say who read them.
    ///   - caller: Who changes them.
    /// - Throws: 503.
    package func change(
        settings values: [(name: String, value: JSON?)],
        by caller: Caller
    ) throws(SCIMError) {
        try answering {
            try store.write(within: budget) { transaction in
                var changed: [String] = []
                for (name, value) in values {
                    let text = value?.text
                    if try transaction.setting(name) == text { continue }
                    try transaction.setSetting(name, text)
                    changed.append(name)
                }
                if changed.isEmpty { return }
                try transaction.append([
                    entry(
                        .modify,
                        .init(type: "Settings", id: "", name: ""),
                        ["attributes": .array(changed.map(JSON.string))],
                        caller
                    )
                ])
            }
        }
    }

    /// A value that is drawn once and kept, such as a key.
    ///
    /// - Parameters:
    ///   - name: Of the setting.
    ///   - make: Draws it, where there is none yet.
    /// - Returns: Its JSON text.
    /// - Throws: 503.
    package func secretSetting(
        _ name: String,
        _ make: () -> JSON
    ) throws(SCIMError) -> [UInt8] {
        let found = try read { store -> [UInt8]? in try store.setting(name) }
        if let found { return found }
        return try answering {
            try store.write(within: budget) { transaction in
                // Another process may have been faster.
                if let found = try transaction.setting(name) { return found }
                let made = make().text
                try transaction.setSetting(name, made)
                return made
            }
        }
    }
}

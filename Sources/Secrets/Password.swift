import CCrypt

/// Passwords, kept as bcrypt hashes that WordPress and PHP verify as they are.
package enum Password {
    /// 2^10 rounds, what PHP uses.
    private static let cost: UInt = 10

    /// - Parameter password: Clear text. bcrypt ignores what lies beyond 72 bytes.
    /// - Returns: `$2y$10$…`, 60 characters; `nil` where libcrypt fails.
    package static func hash(_ password: String) -> String? {
        setting().flatMap { crypt(password, $0) }
    }

    /// Whether a password is the one that was hashed.
    package static func matches(_ password: String, hash: String) -> Bool {
        crypt(password, hash).map { Sodium.areEqual(Array($0.utf8), Array(hash.utf8)) } ?? false
    }

    private static func setting() -> String? {
        let random = Sodium.randomBytes(16).map(CChar.init(bitPattern:))
        var text = [CChar](repeating: 0, count: 64)
        guard crypt_gensalt_rn("$2y$", cost, random, Int32(random.count), &text, 64) != nil else {
            return nil
        }
        return string(text)
    }

    private static func crypt(_ password: String, _ setting: String) -> String? {
        let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        data.initialize(to: crypt_data())
        defer { data.deallocate() }
        guard let result = crypt_r(password, setting, data) else { return nil }
        let text = String(cString: result)
        return text.hasPrefix("$2y$") ? text : nil
    }

    private static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

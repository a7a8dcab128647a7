import Directory
import Glibc
import Profiles
import SCIM
import SQLiteStore

/// A first token in a file beside the program, for hosts where nobody can run `roster token create`:
/// `roster.token` for a program `roster`.
///
/// Whoever writes the file draws the secret and puts its SHA-256 there. The first process that
/// serves takes the token into the database, which it may make for that, and removes the file.
struct BootstrapToken {
    private let path: String
    private let token: Token
    private let hash: [UInt8]

    /// The file of this program.
    ///
    /// - Returns: `nil` where there is none, or where it cannot be used.
    init?() {
        guard let path = SettingsFile.executablePath.map({ $0 + ".token" }),
            let file = SettingsFile(path: path)
        else { return nil }
        let profile = file["PROFILE"] ?? Profile.generic.name
        guard let hash = file["SHA256"].flatMap(Self.bytes), Profile.named(profile) != nil else {
            complain(
                "\(path) is not used: it has no SHA256 of 64 hexadecimal digits, or an unknown PROFILE"
            )
            return nil
        }
        self.path = path
        self.hash = hash
        token = Token(
            name: file["NAME"] ?? "bootstrap",
            profile: profile,
            rights: .write,
            domain: "default",
            expires: nil
        )
    }

    /// Takes the token into a database, and removes the file.
    ///
    /// - Throws: As `SQLiteStore.init`; what hinders the token's making.
    func take(into database: String) throws {
        let directory = Directory(try SQLiteStore(path: database, policy: .make))
        let caller = Caller(actor: .system, domain: "default", requestID: "")
        let isKnown = try directory.read { store -> Bool in try store.token(hash: hash) != nil }
        if !isKnown { _ = try directory.create(token, hash: hash, by: caller) }
        if unlink(path) != 0 { complain("\(path) cannot be removed; its token counts already") }
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(16 * digits[$0] + digits[$0 + 1]) }
    }
}

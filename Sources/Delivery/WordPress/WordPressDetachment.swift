import Directory
import SCIM

/// Parting a user from a WordPress account, which becomes an ordinary one.
package struct WordPressDetachment {
    private let directory: Directory
    private let receiver: Receiver
    private let desk: WordPressDesk
    private let caller: Caller

    package init(directory: Directory, receiver: Receiver, desk: WordPressDesk, caller: Caller) {
        self.directory = directory
        self.receiver = receiver
        self.desk = desk
        self.caller = caller
    }

    /// Parts a user from the account; where the site does not do it, nothing is changed.
    ///
    /// First here, so that nothing is sent meanwhile that would take the account back.
    ///
    /// - Throws: 404; `WordPressDesk.Failure`.
    package func detach(_ id: String) throws {
        let version = try directory.detach(id, from: receiver, by: caller)
        do {
            try desk.detach(id, version: version)
        } catch {
            try directory.attach(id, to: receiver, by: caller)
            throw error
        }
    }

    /// Has the site told of a user again: the account that was the user's is taken back where
    /// nobody else has it.
    ///
    /// - Throws: 404.
    package func attach(_ id: String) throws(SCIMError) {
        try directory.attach(id, to: receiver, by: caller)
    }
}

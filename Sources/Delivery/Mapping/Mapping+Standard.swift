import SCIM

extension Mapping {
    /// What an administrator expects who has set nothing.
    ///
    /// `description` has no attribute that fits, and stays the user's own.
    package static let standard: [WordPressTarget: Expression] = [
        .field(.login): expression("userName"),
        .field(.email): expression(
            """
            first(emails[primary eq true].value, emails[type eq "work"].value, emails.value, \
            address(userName))
            """
        ),
        .field(.firstName): expression("name.givenName"),
        .field(.lastName): expression("name.familyName"),
        .field(.displayName): expression(
            """
            first(displayName, name.formatted, join(" ", name.givenName, name.familyName), userName)
            """
        ),
        .field(.nickname): expression("nickName"),
        .field(.url): expression("profileUrl"),
        .field(.locale): expression("locale(first(locale, preferredLanguage))"),
    ]

    private static func expression(_ text: String) -> Expression {
        do throws(ExpressionError) {
            return try Expression(text)
        } catch {
            preconditionFailure("\(text), \(error.text)")
        }
    }
}

import Testing

@testable import Delivery

struct EmailAddressTests {
    @Test(arguments: [
        "a@b.c", "Ann.Bell+x@sub.example-1.org", "x#EXT#@tenant.onmicrosoft.com", "o'neil@a.test",
    ])
    func takes(text: String) {
        #expect(EmailAddress.isOne(text))
    }

    @Test(arguments: [
        "", "a", "a@b", "@b.c", "a@", "a@b.", "a@.c", "a@b..c", "a@b@c.d", "a b@c.d", "a@b c.d",
        "\u{E9}@b.c", "a@\u{E9}.c", "a@-b.c", "a@b-.c", "a@b_c.d", " a@b.c", "a@b.c\n", "a,b@c.d",
    ])
    func refuses(text: String) {
        #expect(!EmailAddress.isOne(text))
    }
}

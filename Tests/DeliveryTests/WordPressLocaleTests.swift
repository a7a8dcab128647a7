import Testing

@testable import Delivery

struct WordPressLocaleTests {
    @Test(
        arguments: [
            ("de", "de_DE"), ("de-DE", "de_DE"), ("DE_de", "de_DE"), ("de_AT", "de_AT"),
            ("de-LI", "de_DE"), ("de_DE_formal", "de_DE_formal"),
            ("de-CH-informal", "de_CH_informal"),
            ("en", "en_US"), ("en-US", "en_US"), ("en-GB", "en_GB"), ("en-IE", "en_US"),
            ("fr-CH", "fr_FR"), ("fr-CA", "fr_CA"), ("ja-JP", "ja"), ("ja", "ja"), ("uk-UA", "uk"),
            ("pt-BR", "pt_BR"), ("pt", "pt_PT"), ("pt_PT_ao90", "pt_PT_ao90"), ("no", "nb_NO"),
            ("nn-NO", "nn_NO"), ("zh-Hans", "zh_CN"), ("zh-Hant", "zh_TW"), ("zh-Hant-HK", "zh_HK"),
            ("es-419", "es_ES"), ("sr-Latn-RS", "sr_RS"), ("de_DE.UTF-8", "de_DE"),
            ("ca@valencia", "ca"), ("en-US,en;q=0.5", "en_US"), ("fy-NL", "fy_NL"), ("fur", "fur"),
            // No language tags.
            ("", nil), ("C", nil), ("German", nil), ("d\u{E9}", nil), ("de-", nil), ("-de", nil),
            ("de--DE", nil), ("*", nil),
        ] as [(String, String?)]
    )
    func tells(_ text: String, _ code: String?) {
        #expect(WordPressLocale.code(of: text) == code)
    }
}

/// The codes under which WordPress has its languages: `de_DE`, `ja`, `pt_PT_ao90`.
enum WordPressLocale {
    /// The code for a language tag, such as `de-DE`, `de`, `zh-Hant`, or the first of a list as in
    /// Accept-Language.
    ///
    /// - Returns: Of a language that WordPress has, always a code that it has; `nil` for what is no
    ///   language tag.
    static func code(of text: String) -> String? {
        let tag = text.prefix { !",;.@ ".contains($0) }
        let parts = tag.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "_" }
            .map { $0.lowercased() }
        guard let language = parts.first, (2...3).contains(language.utf8.count),
            parts.allSatisfy(isSubtag)
        else { return nil }
        let script = parts.dropFirst().first { $0.utf8.count == 4 }
        let region = parts.dropFirst().first { $0.utf8.count == 2 }.map { $0.uppercased() }
        let variant = parts.dropFirst(2).first { variants.contains($0) }
        if language == "zh", region == nil, script == "hant" { return "zh_TW" }
        guard let known = languages[language] else {
            return region.map { "\(language)_\($0)" } ?? language
        }
        guard let region else { return known.main }
        let code = "\(language)_\(region)"
        guard known.others.contains(region) || known.main == code else { return known.main }
        return variant.map { "\(code)_\($0)" } ?? code
    }

    private static func isSubtag(_ part: String) -> Bool {
        (1...8).contains(part.utf8.count)
            && part.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0)
            }
    }

    private static let variants = ["formal", "informal", "ao90"]

    private struct Language {
        /// The code where the region is missing, or is one that WordPress has no translation for.
        let main: String
        /// Other regions that have a translation.
        let others: [String]

        init(_ main: String, _ others: [String] = []) {
            self.main = main
            self.others = others
        }
    }

    /// As https://translate.wordpress.org lists them, by the language's code (ISO 639).
    private static let languages: [String: Language] = [
        "af": .init("af"), "ar": .init("ar"), "az": .init("az"), "be": .init("bel"),
        "bg": .init("bg_BG"), "bn": .init("bn_BD", ["IN"]), "bs": .init("bs_BA"),
        "ca": .init("ca"), "cs": .init("cs_CZ"), "cy": .init("cy"), "da": .init("da_DK"),
        "de": .init("de_DE", ["AT", "CH"]), "el": .init("el"),
        "en": .init("en_US", ["AU", "CA", "GB", "NZ", "ZA"]), "eo": .init("eo"),
        "es": .init(
            "es_ES",
            ["AR", "CL", "CO", "CR", "DO", "EC", "GT", "HN", "MX", "PE", "PR", "UY", "VE"]
        ),
        "et": .init("et"), "eu": .init("eu"), "fa": .init("fa_IR", ["AF"]), "fi": .init("fi"),
        "fr": .init("fr_FR", ["BE", "CA"]), "ga": .init("ga"), "gd": .init("gd"),
        "gl": .init("gl_ES"), "gu": .init("gu"), "he": .init("he_IL"), "hi": .init("hi_IN"),
        "hr": .init("hr"), "hu": .init("hu_HU"), "hy": .init("hy"), "id": .init("id_ID"),
        "is": .init("is_IS"), "it": .init("it_IT"), "iw": .init("he_IL"), "ja": .init("ja"),
        "ka": .init("ka_GE"), "kk": .init("kk"), "km": .init("km"), "kn": .init("kn"),
        "ko": .init("ko_KR"), "lo": .init("lo"), "lt": .init("lt_LT"), "lv": .init("lv"),
        "mk": .init("mk_MK"), "ml": .init("ml_IN"), "mn": .init("mn"), "mr": .init("mr"),
        "ms": .init("ms_MY"), "my": .init("my_MM"), "nb": .init("nb_NO"), "ne": .init("ne_NP"),
        "nl": .init("nl_NL", ["BE"]), "nn": .init("nn_NO"), "no": .init("nb_NO"),
        "pa": .init("pa_IN"), "pl": .init("pl_PL"), "ps": .init("ps"),
        "pt": .init("pt_PT", ["AO", "BR"]), "ro": .init("ro_RO"), "ru": .init("ru_RU"),
        "si": .init("si_LK"), "sk": .init("sk_SK"), "sl": .init("sl_SI"), "sq": .init("sq"),
        "sr": .init("sr_RS"), "sv": .init("sv_SE"), "sw": .init("sw"),
        "ta": .init("ta_IN", ["LK"]), "te": .init("te"), "th": .init("th"), "tl": .init("tl"),
        "tr": .init("tr_TR"), "uk": .init("uk"), "ur": .init("ur"), "uz": .init("uz_UZ"),
        "vi": .init("vi"), "zh": .init("zh_CN", ["HK", "TW"]),
    ]
}

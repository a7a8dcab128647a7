// swift-tools-version: 6.0
import PackageDescription

let settings: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]

/// A system library that Debian packages; `make` installs it where it is missing.
func system(_ name: String, _ pkgConfig: String?, _ package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

/// For what people wait for and machines do not: packages have a limit of size.
let small = settings + [.unsafeFlags(["-Osize"], .when(configuration: .release))]

func module(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    _ settings: [SwiftSetting] = settings
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.byName(name: name)] + dependencies,
        swiftSettings: settings
    )
}

/// The manual's pages on identity providers, which the console shows.
let guides = [
    "authentik", "cyberark", "entra", "generic", "gluu", "google", "jumpcloud", "keycloak",
    "midpoint", "miniorange", "okta", "onelogin", "pingone", "rippling", "sailpoint", "wso2",
]

let package = Package(
    name: "roster",
    products: [.executable(name: "roster", targets: ["roster"])],
    dependencies: [
        // The command line: parsing, help texts and completions.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        system("CFastCGI", "fcgi", "libfcgi-dev"),
        system("CJansson", "jansson", "libjansson-dev"),
        system("CSodium", "libsodium", "libsodium-dev"),
        system("CCrypt", "libcrypt", "libcrypt-dev"),
        system("CSQLite", "sqlite3", "libsqlite3-dev"),
        module("SCIM"),
        module("JSONText", ["SCIM", "CJansson"]),
        module("Profiles", ["SCIM", "JSONText"]),
        module("Secrets", ["CSodium", "CCrypt"]),
        module("Transport"),
        module("Directory", ["SCIM", "JSONText", "Secrets"]),
        module("Delivery", ["SCIM", "JSONText", "Secrets", "Directory"], small),
        module("SQLiteStore", ["SCIM", "JSONText", "Directory", "CSQLite"]),
        module("Gateway", ["CFastCGI"]),
        module(
            "Endpoint",
            ["SCIM", "JSONText", "Profiles", "Directory", "Delivery", "Gateway", "Secrets"]
        ),
        .target(
            name: "Console",
            dependencies: [
                "SCIM", "JSONText", "Profiles", "Directory", "Delivery", "Gateway", "Secrets",
                "Transport",
            ],
            exclude: ["Guides/README.md"],
            resources: (["Assets/console.css", "Assets/console.js"]
                + guides.map { "Guides/\($0).md" }).map { .embedInCode($0) },
            swiftSettings: small
        ),
        .executableTarget(
            name: "roster",
            dependencies: [
                "SCIM", "JSONText", "Profiles", "Directory", "SQLiteStore", "Delivery", "Gateway",
                "Endpoint", "Console", "Secrets", "Transport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: small
        ),
        .target(
            name: "TestSupport",
            dependencies: ["SCIM", "Directory", "SQLiteStore", "CSQLite"],
            path: "Tests/Support",
            swiftSettings: settings
        ),
        tests("SCIM", ["JSONText"]),
        tests("Profiles", ["SCIM", "JSONText"]),
        tests("Secrets", []),
        tests("Transport", []),
        tests("Directory", ["SCIM", "JSONText", "Secrets", "SQLiteStore", "TestSupport"]),
        tests(
            "Delivery",
            ["SCIM", "JSONText", "Secrets", "Directory", "SQLiteStore", "TestSupport"]
        ),
        tests("SQLiteStore", ["SCIM", "JSONText", "Directory", "TestSupport"]),
        tests("Gateway", []),
        tests(
            "Console",
            [
                "SCIM", "JSONText", "Profiles", "Directory", "Delivery", "Gateway", "Secrets",
                "SQLiteStore", "TestSupport",
            ]
        ),
        tests(
            "Endpoint",
            [
                "SCIM", "JSONText", "Profiles", "Directory", "Delivery", "Gateway", "Secrets",
                "SQLiteStore", "TestSupport",
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

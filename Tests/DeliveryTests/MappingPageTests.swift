import Foundation
import Testing

@testable import Delivery

/// What docs/wordpress/mapping.md promises.
struct MappingPageTests {
    private static let page = try? String(
        contentsOfFile: #filePath.replacing(
            "Tests/DeliveryTests/MappingPageTests.swift",
            with: "docs/wordpress/mapping.md"
        ),
        encoding: .utf8
    )

    /// The cells of all rows of tables.
    private func rows() throws -> [[String]] {
        try #require(Self.page).split(separator: "\n").filter { $0.hasPrefix("| ") }.map { line in
            line.dropFirst(2).dropLast(2).components(separatedBy: " | ")
        }
    }

    /// What stands in code, with the URN in full.
    private func code(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }
            .map { String($0.element).replacing("…:User:", with: "\(Ann.enterprise):") }
    }

    @Test func showsTheStandard() throws {
        let shown = try rows().filter { $0.count == 3 && !code($0[0]).isEmpty }
        for field in WordPressTarget.Field.allCases {
            let row = try #require(shown.first { code($0[0]) == [field.rawValue] })
            #expect(code(row[2]).first == Mapping.standard[.field(field)]?.text)
        }
    }

    @Test func hasAnExampleOfEachFunction() throws {
        for function in Function.allCases {
            let row = try #require(
                rows().first { code($0[0]).first?.hasPrefix("\(function.rawValue)(") == true }
            )
            #expect(throws: Never.self) { try Expression(code(row[1])[0]) }
        }
    }

    @Test func hasCasesThatWork() throws {
        let cases = try rows().filter {
            $0.count == 3 && $0[1].hasPrefix("`") && $0[2].hasPrefix("`")
        }
        let pairs = cases.flatMap { zip(code($0[1]), code($0[2])) }
        #expect(pairs.count >= 15)
        for (target, expression) in pairs {
            #expect(throws: Never.self) { try Mapping(rows: [target: expression]) }
        }
    }
}

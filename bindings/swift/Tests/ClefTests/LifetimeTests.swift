import Clef
import Foundation
import XCTest

/// What is made is freed, and nothing is used after that.
final class LifetimeTests: XCTestCase {
    private func residentKilobytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try XCTUnwrap(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try XCTUnwrap(Int(line.filter(\.isNumber)))
    }

    /// For an allocator's own.
    private let allowedKilobytes = 4096

    private func kilobytesLeft(by make: () throws -> Void) throws -> Int {
        for _ in 0..<10_000 { try make() }
        let before = try residentKilobytes()
        for _ in 0..<100_000 { try make() }
        return try residentKilobytes() - before
    }

    private func assertFlat(_ make: () throws -> Void) throws {
        XCTAssertLessThan(try kilobytesLeft(by: make), allowedKilobytes)
    }

    /// Or the tests below say nothing.
    func testALeakIsSeen() throws {
        final class Kept {
            let scopes: ScopeSet = [.streaming]
        }
        let left = try kilobytesLeft { _ = Unmanaged.passRetained(Kept()) }
        XCTAssertGreaterThan(left, allowedKilobytes)
    }

    func testTokensAreFreed() throws {
        try assertFlat {
            let token = try Token(json: #"{"access_token": "a", "scope": "user-read-email"}"#)
            XCTAssertEqual(token.scopes.count, 1)
        }
    }

    func testScopeSetsAreFreed() throws {
        try assertFlat {
            let scopes: ScopeSet = [.userReadEmail, "a-scope-of-tomorrow"]
            XCTAssertEqual((scopes + .read - .write).count, 12)
        }
    }

    func testClosuresAreFreed() throws {
        final class Kept: Sendable {}
        weak var kept: Kept?
        do {
            let strong = Kept()
            kept = strong
            let sender = try Sender.custom { [strong] _ in
                _ = strong
                return HTTPResponse(status: 500)
            }
            _ = try Credentials(clientID: "id", sender: sender)
        }
        XCTAssertNil(kept)
    }

    func testASetIsAValue() {
        let before: ScopeSet = [.streaming]
        var after = before
        after.insert(.userTopRead)
        XCTAssertEqual(before, [.streaming])
        XCTAssertEqual(Array(after), [.streaming, .userTopRead])
        after.formSymmetricDifference([.streaming, .userReadEmail])
        XCTAssertEqual(after, [.userReadEmail, .userTopRead])
        XCTAssertEqual(after.intersection([.userTopRead, .streaming]), [.userTopRead])
        XCTAssertEqual(after.remove(.userTopRead), .userTopRead)
        XCTAssertNil(after.remove(.userTopRead))
    }
}

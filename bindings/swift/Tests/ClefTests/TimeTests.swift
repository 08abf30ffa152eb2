import Clef
import Foundation
import XCTest

/// Times and durations, as C takes them.
final class TimeTests: XCTestCase {
    private func sender(timeout: Duration?) throws -> Sender {
        var configuration = HTTPConfiguration()
        configuration.timeout = timeout
        return try .http(configuration)
    }

    private func assertInvalid<Value>(_ make: @autoclosure () throws -> Value, line: UInt = #line) {
        XCTAssertThrowsError(try make(), line: line) { error in
            XCTAssertEqual((error as? ClefError)?.status, .invalidArgument, line: line)
        }
    }

    func testATimeThatHasPassedIsNotForEver() throws {
        assertInvalid(try sender(timeout: .milliseconds(-1)))
        assertInvalid(try sender(timeout: .microseconds(-1500)))
        assertInvalid(try sender(timeout: .zero))
    }

    func testLessThanAMillisecondIsNotNothing() throws {
        _ = try sender(timeout: .nanoseconds(1))
    }

    func testTheLongestTimesAreTaken() throws {
        _ = try sender(timeout: .seconds(Int64.max))
        _ = try sender(timeout: .seconds(Int64.max / 1000) + .milliseconds(999))
    }

    func testTimesThatAreNoneAreRefused() throws {
        let token = try Token(json: #"{"access_token": "a"}"#)
        for seconds in [-1, -1e300] {
            assertInvalid(try token.authorised(at: Date(timeIntervalSince1970: seconds)))
        }
    }
}

import Clef
import Foundation
import XCTest

/// Senders of the program's own.
final class SenderTests: SandboxTests {
    /// An answer that clef cannot take has spent the refresh token all the same.
    func testWhatWasAnsweredIsNotSentAgain() async throws {
        let count = Counter()
        let answers = try Sender.custom { _ in
            count.add()
            return HTTPResponse(status: 200, headers: [("a\0b", "c")])
        }
        let sender = try Sender.retrying(answers, retries: 1, maxWait: .seconds(10))
        do {
            _ = try await credentials(sender: sender).refreshUserToken("once")
            XCTFail("it was answered with NUL in a header")
        } catch let error as ClefError {
            XCTAssertEqual(error.status, .transport)
        }
        XCTAssertEqual(count.value, 1)
    }
}

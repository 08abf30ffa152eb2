import Clef
import Foundation
import XCTest

/// Tasks that are cancelled, and runtimes that are closed.
final class CancellationTests: SandboxTests {
    func testCancellingATaskEndsWhatItWaitsFor() async throws {
        let sent = expectation(description: "sent")
        let exchanges = Exchanges()
        let sender = try Sender.exchanges(timeout: nil) { exchange in
            exchanges.keep(exchange)
            sent.fulfill()
        }
        let request = try credentials(sender: sender).prepareClientToken()
        let task = Task { try await request.send() }
        await fulfillment(of: [sent], timeout: 20)
        task.cancel()
        let result = await task.result
        guard case .failure(let error) = result else { return XCTFail("it was cancelled") }
        XCTAssertTrue(error is CancellationError, "\(error)")
        XCTAssertTrue(exchanges.areCancelled)
    }

    func testATaskThatIsCancelledAlreadySendsNothingForLong() async throws {
        let credentials = try credentials()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await credentials.requestClientToken()
        }
        let result = await task.result
        guard case .failure(let error) = result else { return XCTFail("it was cancelled") }
        XCTAssertTrue(error is CancellationError, "\(error)")
    }

    func testClosingARuntimeEndsItsCalls() async throws {
        let runtime = try Runtime()
        let reached = expectation(description: "reached")
        let exchanges = Exchanges()
        let sender = try Sender.exchanges(timeout: nil) { exchange in
            exchanges.keep(exchange)
            reached.fulfill()
        }
        let request = try credentials(sender: sender).prepareClientToken()
        let task = Task { try await request.send(in: runtime) }
        await fulfillment(of: [reached], timeout: 20)
        try runtime.close()
        let result = await task.result
        guard case .failure(let error) = result else { return XCTFail("the runtime was closed") }
        XCTAssertTrue(error is CancellationError, "\(error)")
    }

    func testAClosureMayCloseItsRuntime() async throws {
        let runtime = try Runtime()
        let sender = try Sender.exchanges { exchange in
            try? runtime.close()
            exchange.fail(ClefError(.io, "closing"))
        }
        let request = try credentials(sender: sender).prepareClientToken()
        let task = Task { try await request.send(in: runtime) }
        let result = await task.result
        guard case .failure = result else { return XCTFail("the runtime was closed") }
        try runtime.close()
    }

    func testOneRequestForManyTasks() async throws {
        let count = Counter()
        let answer = HTTPResponse(status: 200, body: Data(#"{"access_token": "new", "expires_in": 3600}"#.utf8))
        let sender = try Sender.custom { _ in
            count.add()
            return answer
        }
        let old = try Token(json: #"{"refresh_token": "r", "uses_pkce": true}"#)
        let token = try RefreshingToken(old, credentials: credentials(sender: sender))
        XCTAssertThrowsError(try token.accessTokenAtHand()) { error in
            XCTAssertEqual((error as? ClefError)?.status, .wouldBlock)
        }
        let all = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 {
                group.addTask { try await token.accessToken() }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        XCTAssertEqual(all, ["new"])
        XCTAssertEqual(count.value, 1)
        XCTAssertEqual(try token.accessTokenAtHand(), "new")
    }
}

private final class Exchanges: @unchecked Sendable {
    private let lock = NSLock()
    private var kept: [Exchange] = []

    func keep(_ exchange: Exchange) {
        lock.lock()
        kept.append(exchange)
        lock.unlock()
    }

    var areCancelled: Bool {
        lock.lock()
        defer { lock.unlock() }
        return kept.allSatisfy(\.isCancelled)
    }
}

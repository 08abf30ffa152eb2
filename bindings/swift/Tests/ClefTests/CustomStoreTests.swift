import Clef
import Foundation
import XCTest

/// A store of the program's own.
final class CustomStoreTests: SandboxTests {
    private final class Memory: @unchecked Sendable {
        private let lock = NSLock()
        private var values: [String: String] = [:]

        func run(_ task: StoreTask) {
            lock.lock()
            defer { lock.unlock() }
            do {
                switch task.kind {
                case .load: try values[task.key].map { try task.setValue($0) }
                case .save: values[task.key] = task.value
                case .remove: values[task.key] = nil
                default: throw ClefError(.unsupported, "neither locks nor lists")
                }
                task.done()
            } catch {
                task.fail(error)
            }
        }
    }

    func testATokenIsKeptThere() async throws {
        let memory = Memory(), credentials = try credentials()
        let store = try TokenStore.custom { memory.run($0) }
        do {
            _ = try await RefreshingToken.open(store, credentials: credentials)
            XCTFail("nothing is stored")
        } catch let error as ClefError {
            XCTAssertEqual(error.status, .notFound)
            XCTAssertEqual(error.remedy, .logIn)
        }
        let token = try await clientToken()
        try await token.attach(to: store, account: "anna")
        let stored = try await store.load(credentials, account: "anna")
        XCTAssertEqual(stored.accessToken, try token.token.accessToken)
        try await token.refresh()
        let opened = try await RefreshingToken.open(store, credentials: credentials, account: "anna")
        XCTAssertEqual(try opened.accessTokenAtHand(), try token.token.accessToken)
        try await store.remove(credentials, account: "anna")
        do {
            _ = try await store.accounts(credentials)
            XCTFail("it cannot list")
        } catch let error as ClefError {
            XCTAssertEqual(error.status, .unsupported)
        }
    }
}

import Clef
import Foundation
import XCTest

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What needs the sandbox, whose URL is in `SANDBOX_URL`.
class SandboxTests: XCTestCase {
    var sandbox: String {
        get throws { try XCTUnwrap(ProcessInfo.processInfo.environment["SANDBOX_URL"]) }
    }

    func credentials(sender: Sender? = nil) throws -> Credentials {
        try Credentials(
            clientID: "sandbox-client", clientSecret: "sandbox-secret", redirectURI: "http://127.0.0.1/callback",
            sender: sender, accountsURL: sandbox)
    }

    func control(_ path: String, _ json: String) async throws {
        let url = try XCTUnwrap(URL(string: sandbox + path))
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.httpBody = Data(json.utf8)
        _ = try await URLSession.shared.data(for: request)
    }

    func clientToken() async throws -> RefreshingToken {
        try await RefreshingCredentials(credentials()).requestClientToken()
    }
}

final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0

    func add() {
        lock.lock()
        count += 1
        lock.unlock()
    }

    var value: Int {
        lock.lock()
        defer { lock.unlock() }
        return count
    }
}

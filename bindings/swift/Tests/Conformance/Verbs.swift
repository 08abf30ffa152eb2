import Clef
import Foundation

/// What all scenarios share.
struct Context: Sendable {
    let scenarios: String
    let sandbox: Sandbox
    let directory: String

    /// Does what a verb says. A verb that is not known is a complaint, and so is an argument that nobody asks for.
    func perform(_ verb: String, _ step: Step) async throws -> Value {
        if verb.hasPrefix("start_") {
            return try begin(String(verb.dropFirst("start_".count)), step)
        }
        for verbs in [performForSandbox, performForHelpers, performForCredentials, performForLogins] {
            if let value = try await verbs(verb, step) {
                return value
            }
        }
        for verbs in [performForTokens, performForStores, performElsewhere] {
            if let value = try await verbs(verb, step) {
                return value
            }
        }
        throw Complaint("there is no verb \(verb)")
    }

    // MARK: The sandbox, texts and files

    private func performForSandbox(_ verb: String, _ step: Step) async throws -> Value? {
        switch verb {
        case "sandbox_settings":
            try await sandbox.control("POST", "/sandbox/settings", step.needed("json"))
        case "sandbox_fault":
            try await sandbox.control("POST", "/sandbox/faults", step.needed("json"))
        case "sandbox_clear_faults":
            try await sandbox.control("DELETE", "/sandbox/faults")
        case "sandbox_clock":
            try await sandbox.control("POST", "/sandbox/clock", "{\"advance\": \(step.needed("advance"))}")
        case "sandbox_revoke":
            try await sandbox.control("POST", "/sandbox/revoke", "{}")
        case "sandbox_count":
            return .text(String(try await sandbox.count(step.text("grant_type"))))
        case "sandbox_await":
            let wanted = try step.number("count", or: 0), grant = step.text("grant_type")
            for attempt in 0... {
                if try await sandbox.count(grant) >= wanted { break }
                if attempt == 1000 { throw Complaint("the sandbox did not get its \(wanted) requests") }
                try await Task.sleep(for: .milliseconds(20))
            }
        case "log_in":
            return .text(try await sandbox.logIn(step.needed("url"), step.text("decision") ?? "approve"))
        case "web_api":
            let bearer = "Bearer \(try step.needed("access_token"))"
            let answer = try await sandbox.http.send(
                "GET", sandbox.url + "/v1/me", headers: [("Authorization", bearer)])
            return .text(String(answer.status))
        case "visit":
            return .text(String(try await sandbox.http.send("GET", step.needed("url")).status))
        case "text":
            return .text(try step.needed("value"))
        case "between":
            let text = try step.needed("text"), after = try step.needed("after")
            let before = try step.needed("before")
            guard let start = text.range(of: after) else { throw Complaint("there is no \(after)") }
            let rest = text[start.upperBound...]
            return .text(String(rest[..<(rest.range(of: before)?.lowerBound ?? rest.endIndex)]))
        case "now":
            return .text(String(Int(Date().timeIntervalSince1970)))
        case "sum":
            return .text(String(try step.number("a", or: 0) + step.number("b", or: 0)))
        case "write_file":
            let isWritten = FileManager.default.createFile(
                atPath: try step.needed("path"), contents: Data(try step.needed("text").utf8),
                attributes: [.posixPermissions: 0o600])
            if !isWritten { throw Complaint("the file cannot be written") }
        case "list_files":
            let names = try FileManager.default.contentsOfDirectory(atPath: step.needed("path"))
            return .text(String(names.count))
        default:
            return nil
        }
        return .nothing
    }

    // MARK: Helpers, scopes and senders

    private func performForHelpers(_ verb: String, _ step: Step) async throws -> Value? {
        switch verb {
        case "gen_state": return .text(try generateState(bytes: step.number("bytes", or: 32)))
        case "parse_code_from_url": return .text(try parseCode(fromURL: step.needed("url")))
        case "parse_state_from_url": return .text(try parseState(fromURL: step.needed("url")))
        case "version": return .text(libraryVersion)
        case "scopes_parse": return names(try step.neededScopes("names"))
        case "scopes_known": return names(try known(step.needed("names")))
        case "scopes_read": return names(.read)
        case "scopes_write": return names(.write)
        case "scopes_every": return names(.every)
        case "scopes_union": return names(try step.neededScopes("a") + step.neededScopes("b"))
        case "scopes_difference": return names(try step.neededScopes("a") - step.neededScopes("b"))
        case "scopes_count": return .text(String(try step.neededScopes("a").count))
        case "scopes_contain":
            return truth(try step.neededScopes("a").contains(Scope(rawValue: step.needed("name"))))
        case "scopes_subset": return truth(try step.neededScopes("a").isSubset(of: step.neededScopes("b")))
        case "scopes_equal": return truth(try step.neededScopes("a") == step.neededScopes("b"))
        case "http_sender": return .sender(try httpSender(step), nil)
        case "retrying_sender":
            return .sender(
                try .retrying(
                    step.sender(), retries: step.number("retries", or: 0),
                    maxWait: step.milliseconds("max_wait_ms", or: 0)), nil)
        case "custom_sender": return try customSender(step)
        default: return nil
        }
    }

    private func names(_ scopes: ScopeSet) -> Value {
        .text(scopes.description)
    }

    private func truth(_ value: Bool) -> Value {
        .text(String(value))
    }

    private func known(_ names: String) throws -> ScopeSet {
        ScopeSet(try names.split(separator: " ").map { name in
            guard let scope = Scope.allCases.first(where: { $0.rawValue == name }), scope.isKnown else {
                throw Complaint("there is no constant for \(name)")
            }
            return scope
        })
    }

    private func httpSender(_ step: Step) throws -> Sender {
        var configuration = HTTPConfiguration()
        configuration.timeout = try step.milliseconds("timeout_ms", or: 30000)
        configuration.connectTimeout = try step.milliseconds("connect_timeout_ms", or: 10000)
        configuration.userAgent = step.text("user_agent")
        return try .http(configuration)
    }

    private func customSender(_ step: Step) throws -> Value {
        let custom = CustomSender()
        if step.text("forward") != nil {
            let inner = try step.sender("forward")
            return .sender(
                try .exchanges { exchange in
                    custom.note(exchange.request)
                    exchange.forward(to: inner)
                }, custom)
        }
        if step.isSet("carry") {
            return .sender(
                try .custom { request in
                    custom.note(request)
                    let url = request.url.replacingOccurrences(
                        of: "https://accounts.spotify.com", with: sandbox.url)
                    return try await sandbox.http.carry(request, to: url)
                }, custom)
        }
        if let name = step.text("failure") {
            let failure = try status(named: name), message = step.text("message") ?? ""
            let wasSent = step.isSet("sent")
            return .sender(
                try .custom { request in
                    custom.note(request)
                    let error = ClefError(failure, message)
                    throw wasSent ? SentError(error) as any Error : error
                }, custom)
        }
        let answer = try madeUpAnswer(step)
        return .sender(
            try .custom { request in
                custom.note(request)
                return answer
            }, custom)
    }

    private func madeUpAnswer(_ step: Step) throws -> HTTPResponse {
        let headers = try [step.text("header"), step.text("header2")].compactMap { header in
            guard let header else { return nil as (name: String, value: String)? }
            guard let colon = header.range(of: ": ") else { throw Complaint("\(header) is no header") }
            return (String(header[..<colon.lowerBound]), String(header[colon.upperBound...]))
        }
        return HTTPResponse(
            status: try step.number("status", or: 0), headers: headers, body: Data((step.text("body") ?? "").utf8))
    }

    // MARK: Credentials and token requests

    private func performForCredentials(_ verb: String, _ step: Step) async throws -> Value? {
        switch verb {
        case "credentials":
            let uri = step.text("redirect_uri") ?? "http://127.0.0.1/callback"
            let url = step.text("accounts_url") ?? sandbox.url
            let sender = step.text("sender") == nil ? nil : try step.sender()
            return .credentials(
                try Credentials(
                    clientID: step.text("client_id") ?? "sandbox-client", clientSecret: step.text("secret"),
                    redirectURI: uri == "none" ? nil : uri, sender: sender,
                    accountsURL: url == "none" ? nil : url))
        case "with_redirect_uri":
            return .credentials(try step.credentials().with(redirectURI: step.needed("redirect_uri")))
        case "with_accounts_url":
            return .credentials(try step.credentials().with(accountsURL: step.needed("accounts_url")))
        case "user_authorisation_url":
            return .text(
                try step.credentials().userAuthorisationURL(
                    scopes: step.scopes(), state: step.text("state"), options: step.options()))
        case "pkce_user_authorisation":
            return .authorisation(
                try step.credentials().pkceUserAuthorisation(
                    scopes: step.scopes(), state: step.text("state"),
                    verifierBytes: step.number("verifier_bytes", or: 32), options: step.options()))
        case "request_client_token", "request_user_token", "request_pkce_token", "refresh_user_token",
            "refresh_pkce_token":
            return try await requestToken(verb, step)
        case "refresh":
            return .token(try await step.credentials().refresh(step.token()))
        case "send":
            return .token(try await step.request().send())
        case "carry":
            let request = try step.request(), sentAt = Date()
            let answer = try await sandbox.http.carry(request, to: request.url)
            return .token(try request.finish(sentAt: sentAt, response: answer))
        case "finish":
            return .token(try step.request().finish(sentAt: Date(), response: madeUpAnswer(step)))
        case "shortcut_client_token":
            return .refreshing(
                try await requestClientToken(
                    clientID: step.needed("client_id"), clientSecret: step.needed("secret"),
                    sender: step.sender()))
        case "shortcut_refresh_user_token":
            return .refreshing(
                try await refreshUserToken(
                    clientID: step.needed("client_id"), clientSecret: step.needed("secret"),
                    refreshToken: step.needed("refresh_token"), sender: step.sender()))
        case "shortcut_refresh_pkce_token":
            return .refreshing(
                try await refreshPKCEToken(
                    clientID: step.needed("client_id"), refreshToken: step.needed("refresh_token"),
                    sender: step.sender()))
        default:
            return try prepared(verb, step).map(Value.request)
        }
    }

    private func requestToken(_ verb: String, _ step: Step) async throws -> Value {
        let credentials = try step.credentials(), refreshing = RefreshingCredentials(credentials)
        let isRefreshing = step.isSet("refreshing")
        switch verb {
        case "request_client_token":
            return isRefreshing
                ? .refreshing(try await refreshing.requestClientToken())
                : .token(try await credentials.requestClientToken())
        case "request_user_token":
            let code = try step.needed("code")
            return isRefreshing
                ? .refreshing(try await refreshing.requestUserToken(code: code))
                : .token(try await credentials.requestUserToken(code: code))
        case "request_pkce_token":
            let code = try step.needed("code"), verifier = try step.needed("verifier")
            return isRefreshing
                ? .refreshing(try await refreshing.requestPKCEToken(code: code, verifier: verifier))
                : .token(try await credentials.requestPKCEToken(code: code, verifier: verifier))
        case "refresh_user_token":
            let token = try step.needed("refresh_token")
            return isRefreshing
                ? .refreshing(try await refreshing.refreshUserToken(token))
                : .token(try await credentials.refreshUserToken(token))
        default:
            let token = try step.needed("refresh_token")
            return isRefreshing
                ? .refreshing(try await refreshing.refreshPKCEToken(token))
                : .token(try await credentials.refreshPKCEToken(token))
        }
    }

    private func prepared(_ verb: String, _ step: Step) throws -> TokenRequest? {
        switch verb {
        case "prepare_client_token": return try step.credentials().prepareClientToken()
        case "prepare_user_token": return try step.credentials().prepareUserToken(code: step.needed("code"))
        case "prepare_pkce_token":
            return try step.credentials().preparePKCEToken(
                code: step.needed("code"), verifier: step.needed("verifier"))
        case "prepare_refresh_user_token":
            return try step.credentials().prepareRefreshUserToken(step.needed("refresh_token"))
        case "prepare_refresh_pkce_token":
            return try step.credentials().prepareRefreshPKCEToken(step.needed("refresh_token"))
        case "prepare_refresh": return try step.credentials().prepareRefresh(step.token())
        case "prepare_token":
            return try step.auth().prepareToken(code: step.needed("code"), state: step.needed("state"))
        case "prepare_token_from_url": return try step.auth().prepareToken(fromURL: step.needed("url"))
        default: return nil
        }
    }

    // MARK: Logins

    private func performForLogins(_ verb: String, _ step: Step) async throws -> Value? {
        switch verb {
        case "user_auth":
            return .auth(
                try UserAuthorisation(step.credentials(), scopes: step.scopes(), options: step.options()))
        case "resume":
            return .auth(
                try UserAuthorisation(
                    resuming: step.needed("state"), credentials: step.credentials(),
                    verifier: step.text("verifier"), options: step.options()))
        case "request_token":
            let auth = try step.auth(), code = try step.needed("code"), state = try step.needed("state")
            return step.isSet("refreshing")
                ? .refreshing(try await auth.requestRefreshingToken(code: code, state: state))
                : .token(try await auth.requestToken(code: code, state: state))
        case "request_token_from_url":
            let auth = try step.auth(), url = try step.needed("url")
            return step.isSet("refreshing")
                ? .refreshing(try await auth.requestRefreshingToken(fromURL: url))
                : .token(try await auth.requestToken(fromURL: url))
        case "redirect_listener":
            return .redirectListener(try RedirectListener(redirectURI: step.needed("uri")))
        case "redirect_wait":
            return .text(
                try await step.listener().wait(
                    expectedState: step.text("state"), timeout: step.milliseconds("timeout_ms", or: 20000)))
        case "redirect_cancel":
            try step.listener().cancel()
            return .nothing
        case "redirect_wait_twice":
            return .text(try await waitTwice(step.listener()))
        case "redirect_free":
            _ = try step.listener()
            return .nothing
        case "login":
            let (scopes, options) = (try step.scopes(), try loginOptions(step))
            return .refreshing(try await step.credentials().logIn(scopes: scopes, options: options))
        case "prompt":
            fflush(nil)
            defer { print() }
            return .refreshing(try await promptForToken(step.credentials()))
        default:
            return nil
        }
    }

    private func waitTwice(_ listener: RedirectListener) async throws -> String {
        try await withThrowingTaskGroup(of: Result<String, any Error>.self) { waits in
            for _ in 0..<2 {
                waits.addTask {
                    do {
                        return .success(try await listener.wait(timeout: .seconds(20)))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            let first = try await waits.next()
            listener.cancel()
            let second = try await waits.next()
            guard case .failure(let error)? = second, error is CancellationError else {
                throw Complaint("the other wait ended otherwise")
            }
            guard let first else { throw Complaint("nobody waited") }
            return try first.get()
        }
    }

    private func loginOptions(_ step: Step) throws -> LoginOptions {
        var options = LoginOptions()
        options.authorisation = step.options()
        options.timeout = try step.milliseconds("timeout_ms", or: 20000)
        if step.text("store") != nil {
            options.store = try step.store()
            options.account = step.text("account")
        }
        let user = try step.needed("user"), sandbox = sandbox
        switch user {
        case "approve", "deny":
            options.show = { attempt in
                Task {
                    let redirect = try await sandbox.logIn(attempt.url, user)
                    _ = try await sandbox.http.send("GET", redirect)
                }
            }
        case "paste":
            options.show = { attempt in
                Task { try attempt.paste(await sandbox.logIn(attempt.url, "approve")) }
            }
        case "nobody": options.show = { _ in }
        case "cancel": options.show = { $0.cancel() }
        case "none": options.opensBrowser = false
        default: throw Complaint("there is no user \(user)")
        }
        return options
    }

    // MARK: Tokens

    private func performForTokens(_ verb: String, _ step: Step) async throws -> Value? {
        switch verb {
        case "token_from_json":
            return .token(try Token(json: step.needed("json"), usesPKCE: step.isSet("pkce")))
        case "token_from_tekore_config":
            let text = try step.needed("config").replacingOccurrences(of: "\\n", with: "\n")
            return .token(
                try Token(
                    tekoreConfiguration: text, section: step.text("section"), usesPKCE: step.isSet("pkce")))
        case "with_authorised_at":
            let at = Date(timeIntervalSince1970: TimeInterval(try step.number("at", or: 0)))
            return .token(try step.token().authorised(at: at))
        case "missing_scopes":
            return names(try step.token().missingScopes(of: step.neededScopes("scopes")))
        case "refreshing_token":
            return .refreshing(try RefreshingToken(step.token(), credentials: step.credentials()))
        case "access_token":
            let token = try step.refreshingToken()
            guard let tasks = try step.text("concurrently").map({ _ in try step.number("concurrently", or: 1) })
            else { return .text(try await token.accessToken()) }
            return .text(try await accessToken(token, tasks))
        case "try_access_token": return .text(try step.refreshingToken().accessTokenAtHand())
        case "snapshot": return .token(try step.refreshingToken().token)
        case "refresh_now": try await step.refreshingToken().refresh()
        case "invalidate": try await step.refreshingToken().invalidate(step.needed("access_token"))
        case "keep_fresh": try step.refreshingToken().keepFresh()
        case "listen":
            let listening = Listening(), answer = try step.text("answers").map(status(named:)) ?? .ok
            try step.refreshingToken().setListener { event in
                listening.note(event)
                if answer != .ok {
                    throw ClefError(answer, "told to")
                }
            }
            return .listening(listening)
        case "listen_no_more": try step.refreshingToken().setListener(nil)
        case "wait_for_itself": return .text(try await waitForItself(step.credentials()))
        default: return nil
        }
        return .nothing
    }

    private func accessToken(_ token: RefreshingToken, _ tasks: Int) async throws -> String {
        let outcomes = await withTaskGroup(of: Result<String, any Error>.self) { group in
            for _ in 0..<tasks {
                group.addTask {
                    do {
                        return .success(try await token.accessToken())
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let described = Set(outcomes.map { outcome in
            switch outcome {
            case .success(let text): return text
            case .failure(let error): return "\(error)"
            }
        })
        guard described.count == 1, let outcome = outcomes.first else {
            throw Complaint("\(described.count) outcomes")
        }
        return try outcome.get()
    }

    private func waitForItself(_ credentials: Credentials) async throws -> String {
        let token = try await RefreshingCredentials(credentials).requestClientToken()
        let outcome = Outcome()
        try token.setListener { [weak outcome] _ in
            outcome?.set(Result { try token.waitForAccessToken() })
        }
        defer { try? token.setListener(nil) }
        try await token.refresh()
        return try outcome.get()
    }

    // MARK: Stores

    private func performForStores(_ verb: String, _ step: Step) async throws -> Value? {
        switch verb {
        case "file_store": return .store(try .file(directory: step.needed("directory")))
        case "save":
            try await step.store().save(step.token(), step.credentials(), account: step.text("account"))
        case "load":
            return .token(try await step.store().load(step.credentials(), account: step.text("account")))
        case "remove":
            try await step.store().remove(step.credentials(), account: step.text("account"))
        case "accounts":
            return .accounts(try await step.store().accounts(step.credentials()))
        case "open":
            return .refreshing(
                try await .open(step.store(), credentials: step.credentials(), account: step.text("account")))
        case "attach":
            try await step.refreshingToken().attach(to: step.store(), account: step.text("account"))
        default: return nil
        }
        return .nothing
    }

    // MARK: In the background, and in other processes

    private func begin(_ verb: String, _ step: Step) throws -> Value {
        let verbs = [
            "access_token", "refresh_now", "send", "request_token", "request_token_from_url", "open", "login",
            "redirect_wait",
        ]
        guard verbs.contains(verb) else { throw Complaint("\(verb) cannot be started") }
        let started = Step(arguments: step.unasked, names: step.names)
        step.takeAll()
        return .work(
            Task {
                let value = try await perform(verb, started)
                try started.checkAllAsked()
                return value
            })
    }

    private func performElsewhere(_ verb: String, _ step: Step) async throws -> Value? {
        switch verb {
        case "wait": return try await step.work().value
        case "cancel":
            try step.work().cancel()
            return .nothing
        case "give":
            _ = try step.needed("text")
            return .nothing
        case "in_another_process":
            let fragment = try step.needed("fragment"), count = try step.number("processes", or: 1)
            let arguments = step.unasked.map { "\($0.key)=\($0.value)" }
            step.takeAll()
            let given = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<count {
                    group.addTask { try await another(fragment, arguments) }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            guard let text = given.first, given.count == 1 else { throw Complaint("they gave \(given.count) texts") }
            return .text(text)
        default:
            return nil
        }
    }

    private func another(_ fragment: String, _ arguments: [String]) async throws -> String {
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = [scenarios, sandbox.url, directory, fragment] + arguments
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        let lines = text.split(separator: "\n")
        guard process.terminationStatus == 0, let given = lines.first(where: { $0.hasPrefix("given ") }) else {
            throw Complaint("the other process: \(text)")
        }
        return String(given.dropFirst("given ".count))
    }
}

using System;
using System.Runtime.InteropServices;

namespace Clef.Native
{
    /// <summary>
    /// The functions of clef.h that take no callback of ours, under their own names and in its order. None of them calls
    /// back into managed code: where one may take a callback, it is handed none.
    ///
    /// A <c>byte[]</c> is UTF-8 that ends in NUL. A borrowed string is read under a <see cref="Lease"/> of its owner, so
    /// those functions take the bare pointer.
    /// </summary>
    internal static class NativeMethods
    {
#if (UNITY_IOS || UNITY_TVOS || UNITY_VISIONOS) && !UNITY_EDITOR
        internal const string Library = "__Internal";
#else
        internal const string Library = "clef";
#endif

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern uint clef_version_number();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_version_string();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_status_name(Status status);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Remedy clef_status_remedy(Status status);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_error_status(IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Remedy clef_error_remedy(IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_error_message(IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_error_oauth_error(IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_error_oauth_description(IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int clef_error_http_status(IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern long clef_error_retry_after(IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_error_free(IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_string_free(IntPtr text);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_scope_name(Scope scope);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Scope clef_scope_from_name(byte[] name);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ScopeSetHandle clef_scope_set_new();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_scope_set_of(
            Scope[] scopes, UIntPtr count, out ScopeSetHandle set, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_scope_set_parse(byte[] text, out ScopeSetHandle set, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ScopeSetHandle clef_scope_set_read();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ScopeSetHandle clef_scope_set_write();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ScopeSetHandle clef_scope_set_every();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_scope_set_union(
            ScopeSetHandle a, ScopeSetHandle b, out ScopeSetHandle set, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_scope_set_difference(
            ScopeSetHandle a, ScopeSetHandle b, out ScopeSetHandle set, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        [return: MarshalAs(UnmanagedType.I1)]
        internal static extern bool clef_scope_set_contains(ScopeSetHandle set, byte[] name);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        [return: MarshalAs(UnmanagedType.I1)]
        internal static extern bool clef_scope_set_is_subset(ScopeSetHandle a, ScopeSetHandle b);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        [return: MarshalAs(UnmanagedType.I1)]
        internal static extern bool clef_scope_set_equals(ScopeSetHandle a, ScopeSetHandle b);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern UIntPtr clef_scope_set_len(IntPtr set);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_scope_set_get(IntPtr set, UIntPtr index);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_scope_set_to_string(IntPtr set);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ScopeSetHandle clef_scope_set_clone(IntPtr set);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_scope_set_free(IntPtr set);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern HttpConfigHandle clef_http_config_new();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_http_config_set_connect_timeout(
            HttpConfigHandle config, long timeoutMs, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_http_config_set_timeout(
            HttpConfigHandle config, long timeoutMs, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_http_config_set_proxy(HttpConfigHandle config, byte[] url, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_http_config_set_proxy_from_environment(
            HttpConfigHandle config, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_http_config_add_ca_certificates(
            HttpConfigHandle config, byte[] pem, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_http_config_add_platform_certificates(
            HttpConfigHandle config, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_http_config_set_user_agent(
            HttpConfigHandle config, byte[] userAgent, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_http_config_free(IntPtr config);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_sender_new_http(
            HttpConfigHandle config, out SenderHandle sender, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_sender_new_retrying(
            SenderHandle inner, uint retries, long maxWaitMs, out SenderHandle sender, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_sender_new_polled(long timeoutMs, out SenderHandle sender, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern ExchangeHandle clef_sender_next_exchange(SenderHandle sender);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern SenderHandle clef_sender_clone(SenderHandle sender);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_sender_free(IntPtr sender);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_exchange_request(IntPtr exchange);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        [return: MarshalAs(UnmanagedType.I1)]
        internal static extern bool clef_exchange_is_cancelled(ExchangeHandle exchange);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_exchange_respond(IntPtr exchange, HttpResponseHandle response);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_exchange_forward(IntPtr exchange, SenderHandle sender);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_exchange_fail(IntPtr exchange, Status status, uint flags, byte[] message);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_exchange_free(IntPtr exchange);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_new(
            byte[] clientId, byte[] clientSecret, byte[] redirectUri, SenderHandle sender,
            out CredentialsHandle credentials, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_with_accounts_url(
            CredentialsHandle credentials, byte[] url, out CredentialsHandle changed, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_with_redirect_uri(
            CredentialsHandle credentials, byte[] redirectUri, out CredentialsHandle changed, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_credentials_client_id(IntPtr credentials);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_credentials_redirect_uri(IntPtr credentials);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_user_authorisation_url(
            CredentialsHandle credentials, ScopeSetHandle scopes, byte[] state, uint flags, out IntPtr url,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_pkce_user_authorisation(
            CredentialsHandle credentials, ScopeSetHandle scopes, byte[] state, UIntPtr verifierBytes, uint flags,
            out IntPtr url, out IntPtr verifier, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_request_client_token(
            CredentialsHandle credentials, out TokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_request_user_token(
            CredentialsHandle credentials, byte[] code, out TokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_refresh_user_token(
            CredentialsHandle credentials, byte[] refreshToken, out TokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_request_pkce_token(
            CredentialsHandle credentials, byte[] code, byte[] verifier, out TokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_refresh_pkce_token(
            CredentialsHandle credentials, byte[] refreshToken, out TokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_refresh(
            CredentialsHandle credentials, TokenHandle token, out TokenHandle refreshed, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_prepare_client_token(
            CredentialsHandle credentials, out HttpRequestHandle request, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_prepare_user_token(
            CredentialsHandle credentials, byte[] code, out HttpRequestHandle request, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_prepare_refresh_user_token(
            CredentialsHandle credentials, byte[] refreshToken, out HttpRequestHandle request, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_prepare_pkce_token(
            CredentialsHandle credentials, byte[] code, byte[] verifier, out HttpRequestHandle request,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_prepare_refresh_pkce_token(
            CredentialsHandle credentials, byte[] refreshToken, out HttpRequestHandle request, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_credentials_prepare_refresh(
            CredentialsHandle credentials, TokenHandle token, out HttpRequestHandle request, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern CredentialsHandle clef_credentials_clone(CredentialsHandle credentials);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_credentials_free(IntPtr credentials);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_http_request_send(
            HttpRequestHandle request, out TokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_http_request_start(
            HttpRequestHandle request, RuntimeHandle runtime, IntPtr callback, IntPtr userData, IntPtr freeUserData,
            out OperationHandle operation, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_http_request_method(IntPtr request);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_http_request_url(IntPtr request);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern UIntPtr clef_http_request_header_count(IntPtr request);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_http_request_header_name(IntPtr request, UIntPtr index);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_http_request_header_value(IntPtr request, UIntPtr index);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_http_request_body(IntPtr request, out UIntPtr len);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        [return: MarshalAs(UnmanagedType.I1)]
        internal static extern bool clef_http_request_may_repeat(IntPtr request);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_http_request_finish(
            HttpRequestHandle request, long sentAt, HttpResponseHandle response, out TokenHandle token,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_http_request_free(IntPtr request);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_http_response_new(
            int status, byte[] body, UIntPtr bodyLen, out HttpResponseHandle response, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_http_response_add_header(
            HttpResponseHandle response, byte[] name, byte[] value, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_http_response_free(IntPtr response);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_token_from_json(
            byte[] json, uint flags, out TokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_token_from_tekore_config(
            byte[] config, byte[] section, uint flags, out TokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_token_to_json(TokenHandle token, out IntPtr json, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_token_access_token(IntPtr token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_token_refresh_token(IntPtr token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_token_token_type(IntPtr token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_token_scopes(IntPtr token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_token_missing_scopes(
            TokenHandle token, ScopeSetHandle wanted, out ScopeSetHandle missing, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern long clef_token_expires_at(TokenHandle token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern long clef_token_expires_in(TokenHandle token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        [return: MarshalAs(UnmanagedType.I1)]
        internal static extern bool clef_token_is_expiring(TokenHandle token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        [return: MarshalAs(UnmanagedType.I1)]
        internal static extern bool clef_token_uses_pkce(TokenHandle token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern long clef_token_authorised_at(TokenHandle token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_token_with_authorised_at(
            TokenHandle token, long authorisedAt, out TokenHandle changed, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern long clef_token_grant_expires_at(TokenHandle token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern TokenHandle clef_token_clone(IntPtr token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_token_free(IntPtr token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_credentials_new(
            CredentialsHandle credentials, out RefreshingCredentialsHandle refreshingCredentials, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern CredentialsHandle clef_refreshing_credentials_credentials(
            RefreshingCredentialsHandle credentials);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_credentials_user_authorisation_url(
            RefreshingCredentialsHandle credentials, ScopeSetHandle scopes, byte[] state, uint flags, out IntPtr url,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_credentials_pkce_user_authorisation(
            RefreshingCredentialsHandle credentials, ScopeSetHandle scopes, byte[] state, UIntPtr verifierBytes,
            uint flags, out IntPtr url, out IntPtr verifier, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_credentials_request_client_token(
            RefreshingCredentialsHandle credentials, out RefreshingTokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_credentials_request_user_token(
            RefreshingCredentialsHandle credentials, byte[] code, out RefreshingTokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_credentials_refresh_user_token(
            RefreshingCredentialsHandle credentials, byte[] refreshToken, out RefreshingTokenHandle token,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_credentials_request_pkce_token(
            RefreshingCredentialsHandle credentials, byte[] code, byte[] verifier, out RefreshingTokenHandle token,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_credentials_refresh_pkce_token(
            RefreshingCredentialsHandle credentials, byte[] refreshToken, out RefreshingTokenHandle token,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern RefreshingCredentialsHandle clef_refreshing_credentials_clone(
            RefreshingCredentialsHandle credentials);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_refreshing_credentials_free(IntPtr credentials);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_new(
            TokenHandle token, CredentialsHandle credentials, out RefreshingTokenHandle refreshingToken,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern CredentialsHandle clef_refreshing_token_credentials(RefreshingTokenHandle token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_access_token(
            RefreshingTokenHandle token, out IntPtr accessToken, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_try_access_token(
            RefreshingTokenHandle token, out IntPtr accessToken, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_access_token_start(
            RefreshingTokenHandle token, RuntimeHandle runtime, IntPtr callback, IntPtr userData, IntPtr freeUserData,
            out OperationHandle operation, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_refresh_token(
            RefreshingTokenHandle token, out IntPtr refreshToken, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_scopes(
            RefreshingTokenHandle token, out ScopeSetHandle scopes, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_token_type(
            RefreshingTokenHandle token, out IntPtr tokenType, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        [return: MarshalAs(UnmanagedType.I1)]
        internal static extern bool clef_refreshing_token_uses_pkce(RefreshingTokenHandle token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern long clef_refreshing_token_expires_at(RefreshingTokenHandle token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern long clef_refreshing_token_expires_in(RefreshingTokenHandle token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        [return: MarshalAs(UnmanagedType.I1)]
        internal static extern bool clef_refreshing_token_is_expiring(RefreshingTokenHandle token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_token(
            RefreshingTokenHandle token, out TokenHandle current, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_refresh(RefreshingTokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_refresh_start(
            RefreshingTokenHandle token, RuntimeHandle runtime, IntPtr callback, IntPtr userData, IntPtr freeUserData,
            out OperationHandle operation, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_invalidate(
            RefreshingTokenHandle token, byte[] accessToken, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_keep_fresh(
            RefreshingTokenHandle token, RuntimeHandle runtime, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_last_error(
            RefreshingTokenHandle token, out ErrorHandle lastError, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_set_grant_warning(
            RefreshingTokenHandle token, long seconds, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern RefreshingTokenHandle clef_refreshing_token_clone(RefreshingTokenHandle token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_refreshing_token_free(IntPtr token);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_user_auth_new(
            CredentialsHandle credentials, ScopeSetHandle scopes, uint flags, out UserAuthHandle auth,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_user_auth_resume(
            CredentialsHandle credentials, byte[] state, byte[] verifier, uint flags, out UserAuthHandle auth,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_user_auth_url(IntPtr auth);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_user_auth_state(IntPtr auth);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_user_auth_verifier(IntPtr auth);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_user_auth_request_token(
            UserAuthHandle auth, byte[] code, byte[] state, out TokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_user_auth_request_token_from_url(
            UserAuthHandle auth, byte[] url, out TokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_user_auth_request_refreshing_token(
            UserAuthHandle auth, byte[] code, byte[] state, out RefreshingTokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_user_auth_request_refreshing_token_from_url(
            UserAuthHandle auth, byte[] url, out RefreshingTokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_user_auth_request_token_start(
            UserAuthHandle auth, byte[] code, byte[] state, RuntimeHandle runtime, IntPtr callback, IntPtr userData,
            IntPtr freeUserData, out OperationHandle operation, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_user_auth_request_token_from_url_start(
            UserAuthHandle auth, byte[] url, RuntimeHandle runtime, IntPtr callback, IntPtr userData,
            IntPtr freeUserData, out OperationHandle operation, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_user_auth_request_refreshing_token_start(
            UserAuthHandle auth, byte[] code, byte[] state, RuntimeHandle runtime, IntPtr callback, IntPtr userData,
            IntPtr freeUserData, out OperationHandle operation, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_user_auth_request_refreshing_token_from_url_start(
            UserAuthHandle auth, byte[] url, RuntimeHandle runtime, IntPtr callback, IntPtr userData,
            IntPtr freeUserData, out OperationHandle operation, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_user_auth_prepare_token(
            UserAuthHandle auth, byte[] code, byte[] state, out HttpRequestHandle request, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_user_auth_prepare_token_from_url(
            UserAuthHandle auth, byte[] url, out HttpRequestHandle request, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_user_auth_free(IntPtr auth);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_gen_state(UIntPtr nBytes, out IntPtr state, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_parse_code_from_url(byte[] url, out IntPtr code, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_parse_state_from_url(byte[] url, out IntPtr state, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_redirect_listener_new(
            byte[] redirectUri, out RedirectListenerHandle listener, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_redirect_listener_uri(IntPtr listener);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_redirect_listener_set_page(
            RedirectListenerHandle listener, byte[] success, byte[] failure, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_redirect_listener_wait(
            RedirectListenerHandle listener, byte[] expectedState, long timeoutMs, out IntPtr url, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_redirect_listener_cancel(RedirectListenerHandle listener);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_redirect_listener_free(IntPtr listener);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_token_store_new_file(
            byte[] path, out TokenStoreHandle store, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_token_store_new_keyring(
            byte[] service, out TokenStoreHandle store, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_token_store_load(
            TokenStoreHandle store, CredentialsHandle credentials, byte[] account, out TokenHandle token,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_token_store_save(
            TokenStoreHandle store, CredentialsHandle credentials, byte[] account, TokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_token_store_remove(
            TokenStoreHandle store, CredentialsHandle credentials, byte[] account, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_token_store_accounts(
            TokenStoreHandle store, CredentialsHandle credentials, out AccountsHandle accounts, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern TokenStoreHandle clef_token_store_clone(TokenStoreHandle store);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_token_store_free(IntPtr store);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern UIntPtr clef_accounts_len(IntPtr accounts);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_accounts_get(IntPtr accounts, UIntPtr index);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_accounts_free(IntPtr accounts);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_open(
            TokenStoreHandle store, CredentialsHandle credentials, byte[] account, out RefreshingTokenHandle token,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_open_start(
            TokenStoreHandle store, CredentialsHandle credentials, byte[] account, RuntimeHandle runtime,
            IntPtr callback, IntPtr userData, IntPtr freeUserData, out OperationHandle operation, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_attach(
            RefreshingTokenHandle token, TokenStoreHandle store, byte[] account, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern LoginOptionsHandle clef_login_options_new();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_login_options_set_flags(
            LoginOptionsHandle options, uint flags, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_login_options_set_timeout(
            LoginOptionsHandle options, long timeoutMs, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_login_options_set_page(
            LoginOptionsHandle options, byte[] success, byte[] failure, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_login_options_set_store(
            LoginOptionsHandle options, TokenStoreHandle store, byte[] account, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_login_options_free(IntPtr options);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_login(
            CredentialsHandle credentials, ScopeSetHandle scopes, LoginOptionsHandle options,
            out RefreshingTokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_login_start(
            CredentialsHandle credentials, ScopeSetHandle scopes, LoginOptionsHandle options, RuntimeHandle runtime,
            IntPtr callback, IntPtr userData, IntPtr freeUserData, out OperationHandle operation, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_login_paste(OperationHandle operation, byte[] url, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_request_client_token(
            byte[] clientId, byte[] clientSecret, SenderHandle sender, out RefreshingTokenHandle token,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refresh_user_token(
            byte[] clientId, byte[] clientSecret, byte[] refreshToken, SenderHandle sender,
            out RefreshingTokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refresh_pkce_token(
            byte[] clientId, byte[] refreshToken, SenderHandle sender, out RefreshingTokenHandle token,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_prompt_for_user_token(
            byte[] clientId, byte[] clientSecret, byte[] redirectUri, ScopeSetHandle scopes, uint flags,
            SenderHandle sender, out RefreshingTokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_prompt_for_pkce_token(
            byte[] clientId, byte[] redirectUri, ScopeSetHandle scopes, uint flags, SenderHandle sender,
            out RefreshingTokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_prompt_for_token(
            CredentialsHandle credentials, ScopeSetHandle scopes, uint flags, out RefreshingTokenHandle token,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_runtime_new(out RuntimeHandle runtime, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern UIntPtr clef_runtime_run_callbacks(RuntimeHandle runtime);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_runtime_wait(RuntimeHandle runtime, long timeoutMs, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_runtime_wake(RuntimeHandle runtime);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern int clef_runtime_fd(RuntimeHandle runtime);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_runtime_close(RuntimeHandle runtime, long timeoutMs, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_runtime_free(IntPtr runtime);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        [return: MarshalAs(UnmanagedType.I1)]
        internal static extern bool clef_operation_is_done(OperationHandle operation);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_operation_wait(OperationHandle operation, long timeoutMs, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_operation_cancel(OperationHandle operation);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_operation_status(OperationHandle operation, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_operation_access_token(
            OperationHandle operation, out IntPtr accessToken, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_operation_token(
            OperationHandle operation, out TokenHandle token, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_operation_refreshing_token(
            OperationHandle operation, out RefreshingTokenHandle refreshingToken, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_operation_url(OperationHandle operation, out IntPtr url, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern OperationHandle clef_operation_clone(OperationHandle operation);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_operation_free(IntPtr operation);
    }
}

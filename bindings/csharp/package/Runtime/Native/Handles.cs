using System;

namespace Clef.Native
{
    internal sealed class ErrorHandle : ClefHandle
    {
        /// <summary>For the marshaller.</summary>
        public ErrorHandle()
        {
        }

        internal ErrorHandle(IntPtr error)
        {
            SetHandle(error);
        }

        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_error_free(pointer);
        }
    }

    internal sealed class ScopeSetHandle : ClefHandle
    {
        /// <summary>NULL, for an argument that may be.</summary>
        internal static readonly ScopeSetHandle Null = new ScopeSetHandle();

        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_scope_set_free(pointer);
        }
    }

    internal sealed class HttpConfigHandle : ClefHandle
    {
        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_http_config_free(pointer);
        }
    }

    internal sealed class SenderHandle : ClefHandle
    {
        /// <summary>NULL, for an argument that may be.</summary>
        internal static readonly SenderHandle Null = new SenderHandle();

        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_sender_free(pointer);
        }
    }

    internal sealed class CredentialsHandle : ClefHandle
    {
        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_credentials_free(pointer);
        }
    }

    internal sealed class HttpRequestHandle : ClefHandle
    {
        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_http_request_free(pointer);
        }
    }

    internal sealed class HttpResponseHandle : ClefHandle
    {
        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_http_response_free(pointer);
        }
    }

    internal sealed class TokenHandle : ClefHandle
    {
        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_token_free(pointer);
        }
    }

    internal sealed class RefreshingCredentialsHandle : ClefHandle
    {
        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_refreshing_credentials_free(pointer);
        }
    }

    internal sealed class RefreshingTokenHandle : ClefHandle
    {
        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_refreshing_token_free(pointer);
        }
    }

    internal sealed class UserAuthHandle : ClefHandle
    {
        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_user_auth_free(pointer);
        }
    }

    internal sealed class RedirectListenerHandle : ClefHandle
    {
        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_redirect_listener_free(pointer);
        }
    }

    internal sealed class TokenStoreHandle : ClefHandle
    {
        /// <summary>NULL, for an argument that may be.</summary>
        internal static readonly TokenStoreHandle Null = new TokenStoreHandle();

        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_token_store_free(pointer);
        }
    }

    internal sealed class AccountsHandle : ClefHandle
    {
        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_accounts_free(pointer);
        }
    }

    internal sealed class LoginOptionsHandle : ClefHandle
    {
        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_login_options_free(pointer);
        }
    }

    internal sealed class RuntimeHandle : ClefHandle
    {
        /// <summary>NULL, for an argument that may be.</summary>
        internal static readonly RuntimeHandle Null = new RuntimeHandle();

        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_runtime_free(pointer);
        }
    }

    internal sealed class OperationHandle : ClefHandle
    {
        protected override void Free(IntPtr pointer)
        {
            NativeMethods.clef_operation_free(pointer);
        }
    }
}

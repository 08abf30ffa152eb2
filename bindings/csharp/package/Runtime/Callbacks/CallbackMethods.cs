using System;
using System.Runtime.InteropServices;
using Clef.Native;

namespace Clef.Callbacks
{
    /// <summary>
    /// The functions of clef.h that take a callback, and those that only a callback has a use for.
    /// </summary>
    internal static class CallbackMethods
    {
        private const string Library = NativeMethods.Library;

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_sender_new_custom(
            SendCallback send, IntPtr userData, FreeCallback freeUserData, long timeoutMs, out SenderHandle sender,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_refreshing_token_set_listener(
            RefreshingTokenHandle token, ListenerCallback listener, IntPtr userData, FreeCallback freeUserData,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_token_store_new_custom(
            StoreCallback run, IntPtr userData, FreeCallback freeUserData, out TokenStoreHandle store,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern StoreTaskKind clef_store_task_kind(StoreTaskHandle task);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_store_task_key(IntPtr task);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_store_task_accounts_url(IntPtr task);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_store_task_client_id(IntPtr task);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_store_task_account(IntPtr task);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_store_task_value(IntPtr task);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_store_task_version(IntPtr task);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern long clef_store_task_fence(StoreTaskHandle task);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern long clef_store_task_time_to_live_ms(StoreTaskHandle task);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        [return: MarshalAs(UnmanagedType.I1)]
        internal static extern bool clef_store_task_is_cancelled(StoreTaskHandle task);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_store_task_set_value(
            StoreTaskHandle task, byte[] value, byte[] version, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_store_task_set_version(
            StoreTaskHandle task, byte[] version, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_store_task_set_fence(StoreTaskHandle task, long fence, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_store_task_add_account(
            StoreTaskHandle task, byte[] account, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_store_task_done(IntPtr task);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_store_task_fail(IntPtr task, Status status, byte[] message);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_store_task_free(IntPtr task);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_login_options_set_browser(
            LoginOptionsHandle options, LoginCallback callback, IntPtr userData, FreeCallback freeUserData,
            out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_login_attempt_url(IntPtr attempt);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern IntPtr clef_login_attempt_redirect_uri(IntPtr attempt);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_login_attempt_open_browser(LoginAttemptHandle attempt, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_login_attempt_paste(
            LoginAttemptHandle attempt, byte[] url, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_login_attempt_cancel(LoginAttemptHandle attempt);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern LoginAttemptHandle clef_login_attempt_clone(IntPtr attempt);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern void clef_login_attempt_free(IntPtr attempt);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_runtime_new_sender(
            RuntimeHandle runtime, SendCallback send, IntPtr userData, FreeCallback freeUserData, long timeoutMs,
            out SenderHandle sender, out IntPtr error);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]
        internal static extern Status clef_runtime_new_store(
            RuntimeHandle runtime, StoreCallback run, IntPtr userData, FreeCallback freeUserData,
            out TokenStoreHandle store, out IntPtr error);
    }
}

using System;
using Clef.Native;

namespace Clef.Callbacks
{
    /// <summary>
    /// One thing that a store of yours has to do. Whoever has it ends it once, from any thread, now or later: with
    /// <see cref="Done"/> or <see cref="Fail"/>. One that is disposed of before is a failure. One thread at a time may
    /// use it.
    /// </summary>
    public sealed class StoreTask : IDisposable
    {
        private readonly StoreTaskHandle handle;

        internal StoreTask(StoreTaskHandle handle)
        {
            this.handle = handle;
            Kind = CallbackMethods.clef_store_task_kind(handle);
            Fence = CallbackMethods.clef_store_task_fence(handle);
            TimeToLive = TimeSpan.FromMilliseconds(CallbackMethods.clef_store_task_time_to_live_ms(handle));
            using (var lease = new Lease(handle))
            {
                Key = Utf8.Borrowed(CallbackMethods.clef_store_task_key(lease.Pointer));
                AccountsUrl = Utf8.Borrowed(CallbackMethods.clef_store_task_accounts_url(lease.Pointer));
                ClientId = Utf8.Borrowed(CallbackMethods.clef_store_task_client_id(lease.Pointer));
                Account = Utf8.Borrowed(CallbackMethods.clef_store_task_account(lease.Pointer));
                Version = Utf8.Borrowed(CallbackMethods.clef_store_task_version(lease.Pointer));
            }
        }

        /// <summary>What to do. Fail one that you do not know as <see cref="Status.Unsupported"/>.</summary>
        public StoreTaskKind Kind { get; }

        /// <summary>
        /// What it is about, in printable ASCII without a space; at <see cref="StoreTaskKind.List"/> how all keys of
        /// this client begin.
        /// </summary>
        public string Key { get; }

        /// <summary>The accounts URL of the key.</summary>
        public string AccountsUrl { get; }

        /// <summary>The client id of the key.</summary>
        public string ClientId { get; }

        /// <summary>The account of the key; empty without a name.</summary>
        public string Account { get; }

        /// <summary>
        /// The text to store at <see cref="StoreTaskKind.Save"/>, null at others. <b>Secret</b>.
        /// </summary>
        public string Value
        {
            get
            {
                using (var lease = new Lease(handle))
                {
                    return Utf8.Borrowed(CallbackMethods.clef_store_task_value(lease.Pointer));
                }
            }
        }

        /// <summary>
        /// The version that must still be stored for <see cref="StoreTaskKind.Save"/> to replace it; null where nothing
        /// may be stored yet, or it had no version.
        /// </summary>
        public string Version { get; }

        /// <summary>The fence of the lease under which to save, remove or unlock; 0 without.</summary>
        public long Fence { get; }

        /// <summary>How long the lock that is asked for holds, at least, if it is not given back.</summary>
        public TimeSpan TimeToLive { get; }

        /// <summary>
        /// Whether nobody waits for the task any more. Ask before you take a lock, and after: nobody would give that
        /// one back.
        /// </summary>
        public bool IsCancelled
        {
            get { return CallbackMethods.clef_store_task_is_cancelled(handle); }
        }

        /// <summary>Answers <see cref="StoreTaskKind.Load"/> with the value that was saved, and its version.</summary>
        public void SetValue(string value, string version = null)
        {
            IntPtr error;
            Status status = CallbackMethods.clef_store_task_set_value(
                handle, Utf8.Argument(value, nameof(value)), Utf8.Optional(version, nameof(version)), out error);
            Failure.Check(status, error);
        }

        /// <summary>Answers <see cref="StoreTaskKind.Save"/> with the version of what was saved now.</summary>
        public void SetVersion(string version)
        {
            IntPtr error;
            Status status = CallbackMethods.clef_store_task_set_version(
                handle, Utf8.Argument(version, nameof(version)), out error);
            Failure.Check(status, error);
        }

        /// <summary>
        /// Answers <see cref="StoreTaskKind.Lock"/> with the fence of the lease: a number above 0 that grows with each
        /// lease of the key.
        /// </summary>
        public void SetFence(long fence)
        {
            IntPtr error;
            Failure.Check(CallbackMethods.clef_store_task_set_fence(handle, fence, out error), error);
        }

        /// <summary>
        /// Answers <see cref="StoreTaskKind.List"/> with one more account that something is stored for.
        /// </summary>
        public void AddAccount(string account)
        {
            IntPtr error;
            Status status = CallbackMethods.clef_store_task_add_account(
                handle, Utf8.Argument(account, nameof(account)), out error);
            Failure.Check(status, error);
        }

        /// <summary>Ends a task that is done, with what was set.</summary>
        /// <exception cref="ObjectDisposedException">It is ended already.</exception>
        public void Done()
        {
            handle.End(nameof(StoreTask), CallbackMethods.clef_store_task_done);
        }

        /// <summary>Ends a task that is not done.</summary>
        /// <param name="status"><see cref="Status.Busy"/> where another has the lock, or where the version or the fence
        /// is not the current one any more; <see cref="Status.Unsupported"/> where this store has no locks or cannot
        /// list; else what the call that waits is to say, such as <see cref="Status.Store"/>.</param>
        /// <param name="message">Why, in one line; the secrets of the task are taken out of it.</param>
        /// <exception cref="ObjectDisposedException">It is ended already.</exception>
        public void Fail(Status status, string message = null)
        {
            byte[] text = Utf8.Optional(message, nameof(message));
            handle.End(nameof(StoreTask), task => CallbackMethods.clef_store_task_fail(task, status, text));
        }

        /// <summary>What it is about; no secret.</summary>
        public override string ToString()
        {
            return $"StoreTask ({Kind} {Key})";
        }

        /// <summary>Ends the task as a failure, if it is not ended.</summary>
        public void Dispose()
        {
            handle.Dispose();
        }
    }
}

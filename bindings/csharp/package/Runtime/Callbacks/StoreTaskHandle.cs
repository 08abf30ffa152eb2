using System;
using System.Threading;
using Clef.Native;

namespace Clef.Callbacks
{
    /// <summary>
    /// A task of a store. It is ended when the handle is released, so that no other thread reads it any more.
    /// </summary>
    internal sealed class StoreTaskHandle : ClefHandle
    {
        private Action<IntPtr> ending;

        internal StoreTaskHandle(IntPtr task)
        {
            SetHandle(task);
        }

        /// <summary>Ends the task so, unless somebody has ended it before.</summary>
        internal bool TryEnd(Action<IntPtr> end)
        {
            if (IsClosed || Interlocked.CompareExchange(ref ending, end, null) != null)
            {
                return false;
            }
            Dispose();
            return true;
        }

        protected override void Free(IntPtr pointer)
        {
            (ending ?? CallbackMethods.clef_store_task_free)(pointer);
        }
    }
}

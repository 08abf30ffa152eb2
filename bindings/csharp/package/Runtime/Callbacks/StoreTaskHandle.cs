using System;
using Clef.Native;

namespace Clef.Callbacks
{
    /// <summary>A task of a store.</summary>
    internal sealed class StoreTaskHandle : AnswerHandle
    {
        internal StoreTaskHandle(IntPtr task)
        {
            SetHandle(task);
        }

        protected override void Abandon(IntPtr pointer)
        {
            CallbackMethods.clef_store_task_free(pointer);
        }
    }
}

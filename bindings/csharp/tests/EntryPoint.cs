using System.Reflection;
using System.Threading.Tasks;

/// <summary>Starts an asynchronous Main, which mcs does not take for one.</summary>
internal static class EntryPoint
{
    private static void Main(string[] arguments)
    {
        MethodInfo main = typeof(Login).GetMethod("Main", BindingFlags.Static | BindingFlags.NonPublic);
        ((Task)main.Invoke(null, new object[] { arguments })).GetAwaiter().GetResult();
    }
}

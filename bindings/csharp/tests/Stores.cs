using System;
using System.IO;
using System.Linq;
using Clef;

namespace ClefTests
{
    /// <summary>Stores in files.</summary>
    internal static class Stores
    {
        public static void ATokenIsKeptFromBeforeAnybodySeesIt()
        {
            string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            try
            {
                using (TokenStore store = TokenStore.InDirectory(path))
                using (Credentials credentials = Sandbox.PublicCredentials())
                {
                    Check.Fails(Status.NotFound, () => store.Open(credentials));
                    var options = new LoginOptions
                    {
                        ShowUrl = url => Sandbox.Visit(Sandbox.Agree(url)), Store = store, Account = "Änne",
                    };
                    using (RefreshingToken token = credentials.LogInAsync(null, options).Result)
                    {
                        token.Refresh();
                        Check.Equal(token.GetAccessToken(), store.LoadAsync(credentials, "Änne").Result.AccessToken);
                        token.AttachAsync(store, "bob").Wait();
                    }
                    store.SaveAsync(credentials, Token.FromJson("{\"access_token\": \"a\"}")).Wait();
                    Check.That(
                        store.GetAccountsAsync(credentials).Result.SequenceEqual(new[] { "", "bob", "Änne" }),
                        "the accounts");
                    using (RefreshingToken token = store.OpenAsync(credentials, "bob").Result)
                    {
                        Check.That(token.GetAccessToken().Length > 100, "it is there");
                        store.RemoveAsync(credentials, "bob").Wait();
                        Check.Fails(Status.LoginRequired, () => token.Refresh());
                    }
                    Check.Fails(Status.NotFound, () => store.OpenAsync(credentials, "bob"));
                }
            }
            finally
            {
                Directory.Delete(path, true);
            }
        }

        public static void AKeyringIsSaidToBeMissing()
        {
            try
            {
                TokenStore.InKeyring("clef test").Dispose();
            }
            catch (ClefException error)
            {
                Check.Equal(Status.Unsupported, error.Status);
            }
        }
    }
}

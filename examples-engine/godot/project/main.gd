extends Node
## Logs the player in, unless that was done in an earlier run.
##
## CLIENT_ID=... godot --path .


# Before the ClefLogin enters the tree, where it looks for a token that is stored. A game sets its client id in the editor.
func _enter_tree() -> void:
	$ClefLogin.client_id = OS.get_environment("CLIENT_ID")
	$ClefLogin.accounts_url = OS.get_environment("ACCOUNTS_URL") # to try it without an account


# A game shows a button, and logs in when that is pressed.
func _on_login_required() -> void:
	print("Log in with your browser")
	$ClefLogin.log_in()


func _on_logged_in() -> void:
	print("Authorization: Bearer %s..." % $ClefLogin.access_token().left(4))
	get_tree().quit()


func _on_failed(message: String) -> void:
	print("Failed: ", message)
	get_tree().quit(1)

"""What errors say about the database, its keys and its backups; see ``errors``."""

SAID = {
    # the store: database, keys, backups
    "database_unsupported": (
        "TANDEM_DATABASE_URL names {name}, but Tandem keeps its state in SQLite or PostgreSQL only.",
        "TANDEM_DATABASE_URL が {name} を指しています。Tandemが使えるのはSQLiteかPostgreSQLだけです。",
    ),
    "database_address": (
        "TANDEM_DATABASE_URL is not a database address. Examples: {examples}",
        "TANDEM_DATABASE_URL がデータベースのアドレスではありません。例: {examples}",
    ),
    "database_newer": (
        "The database {where} was last used by a newer Tandem (its tables are at {found}, this program knows them up to {known}). Install that version or a newer one.",
        "データベース {where} は新しいバージョンのTandemで使われています(テーブルは {found}、このプログラムは {known} まで)。そのバージョン以降をインストールしてください。",
    ),
    "database_unopened": (
        "The database {path} cannot be opened: {problem}. Check its folder and its rights.",
        "データベース {path} を開けません: {problem}。フォルダーと権限を確認してください。",
    ),
    "database_locked": (
        "The database {where} is locked by another program. Let it end, then repeat the command.",
        "データベース {where} は別のプログラムがロックしています。終わるのを待ってから、もう一度実行してください。",
    ),
    "database_full": (
        "The disk of the database {where} is full. Make room, then repeat the command; nothing was half saved.",
        "データベース {where} のディスクがいっぱいです。空きを作ってから、もう一度実行してください。途中まで保存されたものはありません。",
    ),
    "database_disk": (
        "The database {where} cannot be read or written ({words}). Check the disk.",
        "データベース {where} を読み書きできません({words})。ディスクを確認してください。",
    ),
    "database_disk_server": (
        "The database {where} cannot read or write its disk ({words}).",
        "データベース {where} がディスクを読み書きできません({words})。",
    ),
    "database_read_only": (
        "The database {where} may only be read. Give the user Tandem runs as the right to write it and its folder.",
        "データベース {where} は読み取り専用です。Tandemを実行するユーザーに、ファイルとフォルダーへの書き込み権限を与えてください。",
    ),
    "database_standby": (
        "The database {where} may only be read. Name the primary server in TANDEM_DATABASE_URL.",
        "データベース {where} は読み取り専用です。TANDEM_DATABASE_URL にはプライマリサーバーを指定してください。",
    ),
    "database_no_folder": (
        "The database {where} cannot be opened. Check that its folder exists and may be written.",
        "データベース {where} を開けません。フォルダーがあり、書き込めるか確認してください。",
    ),
    "database_forbidden": (
        "The database {where} cannot be opened: the user Tandem runs as may not.",
        "データベース {where} を開けません。Tandemを実行するユーザーに権限がありません。",
    ),
    "database_none": (
        "The database {where} is not a database. Name another file, or restore a backup.",
        "{where} はデータベースではありません。別のファイルを指定するか、バックアップから復元してください。",
    ),
    "database_damaged": (
        "The database {where} is damaged ({words}). Restore a backup.",
        "データベース {where} が壊れています({words})。バックアップから復元してください。",
    ),
    "database_value": (
        "A value is too large for the database {where}.",
        "データベース {where} には大きすぎる値があります。",
    ),
    "database_unreachable": (
        "The database {where} cannot be reached ({words}). Check that the server runs and the address is right.",
        "データベース {where} に接続できません({words})。サーバーが動いているか、アドレスが正しいか確認してください。",
    ),
    "database_password": (
        "The database {where} refuses the user or password. Correct TANDEM_DATABASE_URL.",
        "データベース {where} がユーザーまたはパスワードを拒否しました。TANDEM_DATABASE_URL を直してください。",
    ),
    "database_absent": (
        "The database {where} does not exist. Create it, or correct TANDEM_DATABASE_URL.",
        "データベース {where} がありません。作成するか、TANDEM_DATABASE_URL を直してください。",
    ),
    "database_right": (
        "The database {where} does not give its user the right to do this ({words}).",
        "データベース {where} のユーザーにはこの操作の権限がありません({words})。",
    ),
    "database_busy": (
        "The database {where} has no connections or memory left ({words}). Allow more, or run fewer workers.",
        "データベース {where} の接続数またはメモリーが足りません({words})。上限を増やすか、ワーカーを減らしてください。",
    ),
    "database_pool_busy": (
        "All connections of this program to the database {where} are busy. Look whether the server is slow, or run fewer things at once.",
        "このプログラムがデータベース {where} に使える接続がすべて使用中です。サーバーが遅くなっていないか確認するか、同時に実行するものを減らしてください。",
    ),
    "database_stopped": (
        "The database {where} stopped the statement ({words}). Repeat the command.",
        "データベース {where} が処理を中断しました({words})。もう一度実行してください。",
    ),
    "other_key": (
        "{what} belongs to another encryption key ({key}) than the one at hand ({current}). Put that key into {variable} or {file}; without it the accounts must be connected anew with a new database.",
        "{what}は、手元の暗号鍵({current})とは別の鍵({key})のものです。その鍵を {variable} または {file} に設定してください。鍵がなければ、新しいデータベースでアカウントを接続し直す必要があります。",
    ),
    "the_database": ("The database", "データベース"),
    "the_backup": ("The backup", "バックアップ"),
    "never_used": (
        "{path} is a database that was never in use; there is nothing to restore.",
        "{path} は一度も使われていないデータベースです。復元するものがありません。",
    ),
    "not_a_backup": (
        "{path} is not a backup made by: tandem backup",
        "{path} は tandem backup で作成したバックアップではありません。",
    ),
    "database_working": (
        "{owner} is working with the database. Stop it before restoring a backup; if it was killed, its claim ends at {until} UTC.",
        "{owner} がデータベースを使用中です。復元の前に停止してください。強制終了された場合は {until} UTC に解放されます。",
    ),
    "credential_unreadable": (
        "A stored credential cannot be read. Connect the account again.",
        "保存された認証情報を読めません。アカウントをもう一度接続してください。",
    ),
    "secret_damaged": (
        "A stored secret is damaged. Restore a backup.",
        "保存された秘密情報が壊れています。バックアップから復元してください。",
    ),
    "secret_key_missing": (
        "A stored secret was encrypted with the key {key}, which is not at hand (at hand: {known}). Put that key back into {variable} or {file}; behind a newer key, after a comma, if both are in use.",
        "保存された秘密情報の暗号鍵 {key} が手元にありません(手元の鍵: {known})。その鍵を {variable} または {file} に戻してください。両方使う場合は、新しい鍵の後ろにコンマで区切って加えます。",
    ),
    "secret_foreign": (
        "A stored secret cannot be decrypted: it was changed, or belongs to another record. Restore a backup, or connect the account again.",
        "保存された秘密情報を復号できません。変更されたか、別のレコードのものです。バックアップから復元するか、アカウントをもう一度接続してください。",
    ),
    "key_how": (
        "Make one with: openssl rand -base64 32",
        "作成するには: openssl rand -base64 32",
    ),
    "key_empty": ("{source} is empty. {remedy}", "{source} が空です。{remedy}"),
    "key_length": (
        "{source} has {size} bytes, but a key has 32. {remedy}",
        "{source} は{size}バイトですが、鍵は32バイトです。{remedy}",
    ),
    "key_size": (
        "An encryption key must have 32 bytes. {remedy}",
        "暗号鍵は32バイトでなければなりません。{remedy}",
    ),
    "key_open": (
        "{source} can be read or changed by other users (mode {mode}). Run: {command}",
        "{source} は他のユーザーも読み書きできます(モード {mode})。実行してください: {command}",
    ),
    "keyring_lacks": (
        "The keyring lacks its current key {key}.",
        "鍵束に現在の鍵 {key} がありません。",
    ),
    "key_none": ("No encryption key is given. {remedy}", "暗号鍵が指定されていません。{remedy}"),
    "key_both": (
        "Set {variable} or {file}, not both.",
        "{variable} と {file} はどちらか一方だけ設定してください。",
    ),
    "key_form": (
        "{source} is neither base64 nor hexadecimal. {remedy}",
        "{source} がbase64でも16進数でもありません。{remedy}",
    ),
    "cannot_read": (
        "{source} cannot be read: {problem}.",
        "{source} を読めません: {problem}。",
    ),
    "key_unmade": (
        "No encryption key is set and {path} cannot be made: {problem}. Set {variable}, or make the folder writable.",
        "暗号鍵が設定されておらず、{path} も作成できません: {problem}。{variable} を設定するか、フォルダーを書き込み可能にしてください。",
    ),
    "key_id": (
        "A key id must have 1 to 255 characters.",
        "鍵のIDは1〜255文字でなければなりません。",
    ),
}

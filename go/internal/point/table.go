package point

// The points in the order in which a run comes to them. One that ends in "ing" is reached
// while abra, and what it asked for, is at work.
var (
	Folder  = at("prepare", "folder-made")
	Slot    = at("prepare", "slot-taken")
	Reaped  = at("prepare", "janitor-passed")
	Cloned  = at("prepare", "recipe-cloned")
	Needed  = at("prepare", "dependency-locked")
	Named   = at("prepare", "domain-locked")
	Sidecar = at("prepare", "sidecar-made")
	Images  = at("prepare", "images-there")

	Sandbox   = at("install", "sandbox-made")
	Browser   = at("install", "browser-started")
	NeedReady = at("needs", "dependency-ready")
	NeedSetUp = at("needs", "dependency-set-up")

	Placed    = at("install", "app-made")
	Generated = at("install", "secrets-generated")
	Kept      = at("install", "secret-kept")
	Secrets   = at("install", "secrets-inserted")
	Deploying = at("install", "deploying")
	Deployed  = at("install", "deployed")
	Converged = at("install", "converged")
	Ready     = at("install", "ready")
	Smoked    = at("install", "smoked")

	Written   = at("backup", "state-written")
	BackingUp = at("backup", "backing-up")
	BackedUp  = at("backup", "backed-up")
	Lost      = at("backup", "state-lost")
	Restoring = at("backup", "restoring")
	Restored  = at("backup", "restored")
	Destroyed = at("backup", "volumes-destroyed")
	Wiped     = at("backup", "app-removed")

	Copied = at("local", "files-copied")
	Opened = at("local", "sandbox-made")
	Tested = at("local", "file-run")

	Cleared = at("between", "app-removed")

	OldPlaced  = at("upgrade", "old-placed")
	OldReady   = at("upgrade", "old-ready")
	OldWritten = at("upgrade", "old-written")
	NewPlaced  = at("upgrade", "new-placed")
	NewReady   = at("upgrade", "new-ready")
	Verified   = at("upgrade", "state-verified")

	BrowserClosed = at("remove", "browser-closed")
	Undeploying   = at("remove", "undeploying")
	Undeployed    = at("remove", "undeployed")
	AppRemoved    = at("remove", "app-removed")
	Forgotten     = at("remove", "snapshots-forgotten")
	SidecarGone   = at("remove", "sidecar-removed")
	FolderWiped   = at("remove", "folder-wiped")

	Reported  = at("report", "result-written")
	CopiedOut = at("report", "result-copied")
)

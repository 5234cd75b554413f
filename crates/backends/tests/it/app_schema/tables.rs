//! The names of the app server's protocol that the translation relies on.

/// Fields that are read of a notification, or of an object in one.
pub const TOLD: &[(&str, &[&str])] = &[
    ("item/started", &["threadId", "turnId", "item"]),
    ("item/completed", &["threadId", "turnId", "item"]),
    ("item/agentMessage/delta", &["itemId", "delta"]),
    ("item/plan/delta", &["itemId", "delta"]),
    (
        "item/reasoning/summaryTextDelta",
        &["itemId", "delta", "summaryIndex"],
    ),
    (
        "item/reasoning/textDelta",
        &["itemId", "delta", "contentIndex"],
    ),
    ("item/commandExecution/outputDelta", &["itemId", "delta"]),
    ("item/fileChange/outputDelta", &["itemId", "delta"]),
    ("item/fileChange/patchUpdated", &["itemId", "changes"]),
    ("item/mcpToolCall/progress", &["itemId", "message"]),
    ("turn/started", &["threadId", "turn"]),
    ("turn/completed", &["threadId", "turn"]),
    (
        "turn/plan/updated",
        &["threadId", "turnId", "plan", "explanation"],
    ),
    ("turn/diff/updated", &["threadId", "turnId", "diff"]),
    (
        "thread/tokenUsage/updated",
        &["threadId", "turnId", "tokenUsage"],
    ),
    ("thread/compacted", &["threadId", "turnId"]),
    ("account/rateLimits/updated", &["rateLimits"]),
    ("error", &["threadId", "turnId", "error", "willRetry"]),
    ("hook/started", &["threadId", "turnId", "run"]),
    ("hook/completed", &["threadId", "turnId", "run"]),
    ("warning", &["threadId", "message"]),
    ("guardianWarning", &["threadId", "message"]),
    ("configWarning", &["summary", "details"]),
    ("windows/worldWritableWarning", &["samplePaths"]),
    (
        "model/rerouted",
        &["threadId", "turnId", "fromModel", "toModel", "reason"],
    ),
    ("model/verification", &["verifications"]),
    (
        "model/safetyBuffering/updated",
        &["model", "showBufferingUi"],
    ),
    ("modelProvider/authRecoveryStarted", &["message"]),
    ("modelProvider/authRecoveryCompleted", &["message"]),
    (
        "mcpServer/startupStatus/updated",
        &["name", "status", "error", "failureReason"],
    ),
    (
        "mcpServer/oauthLogin/completed",
        &["threadId", "success", "error"],
    ),
    (
        "item/autoApprovalReview/started",
        &["reviewId", "action", "review"],
    ),
    (
        "item/autoApprovalReview/completed",
        &["reviewId", "action", "review"],
    ),
    ("Turn", &["id", "rootTurnId", "status", "error", "items"]),
    (
        "TurnError",
        &["message", "codexErrorInfo", "additionalDetails"],
    ),
    ("TurnPlanStep", &["step", "status"]),
    ("ThreadTokenUsage", &["last", "total", "modelContextWindow"]),
    (
        "TokenUsageBreakdown",
        &[
            "totalTokens",
            "inputTokens",
            "cachedInputTokens",
            "outputTokens",
            "reasoningOutputTokens",
        ],
    ),
    (
        "RateLimitSnapshot",
        &["limitId", "primary", "secondary", "individualLimit"],
    ),
    (
        "RateLimitWindow",
        &["usedPercent", "windowDurationMins", "resetsAt"],
    ),
    (
        "SpendControlLimitSnapshot",
        &["remainingPercent", "resetsAt"],
    ),
    ("FileUpdateChange", &["path", "kind", "diff"]),
    ("PatchChangeKind", &["type", "move_path"]),
    ("AgentMessageModeration", &["moderated"]),
    ("AsyncUserInputQuestion", &["title", "options"]),
    (
        "HookRunSummary",
        &["id", "eventName", "status", "entries", "statusMessage"],
    ),
    ("HookOutputEntry", &["kind", "text"]),
    ("HookPromptFragment", &["hookRunId", "text"]),
    ("McpToolCallResult", &["content", "structuredContent"]),
    ("McpToolCallError", &["message"]),
    ("DynamicToolCallOutputContentItem", &["type", "text"]),
    ("FunctionCallOutputContentItem", &["type", "text"]),
    (
        "WebSearchAction",
        &["type", "query", "queries", "url", "pattern"],
    ),
    ("CollabAgentState", &["message"]),
    ("ImageGenerationFailure", &["type"]),
    ("GuardianApprovalReview", &["status", "rationale"]),
    (
        "GuardianApprovalReviewAction",
        &[
            "type", "command", "program", "stdin", "target", "toolName", "reason", "files",
        ],
    ),
];

/// Fields that are read of each kind of item.
pub const ITEMS: &[(&str, &[&str])] = &[
    ("userMessage", &["id", "clientId"]),
    (
        "agentMessage",
        &["id", "text", "phase", "moderation", "questions"],
    ),
    ("reasoning", &["summary", "content"]),
    ("plan", &["text"]),
    (
        "commandExecution",
        &[
            "command",
            "cwd",
            "status",
            "aggregatedOutput",
            "exitCode",
            "durationMs",
        ],
    ),
    ("fileChange", &["changes", "status"]),
    (
        "mcpToolCall",
        &["server", "tool", "arguments", "status", "result", "error"],
    ),
    (
        "dynamicToolCall",
        &[
            "namespace",
            "tool",
            "arguments",
            "status",
            "contentItems",
            "success",
        ],
    ),
    ("functionCallOutput", &["namespace", "name", "output"]),
    ("webSearch", &["query", "action", "results"]),
    (
        "collabAgentToolCall",
        &[
            "tool",
            "status",
            "prompt",
            "receiverThreadIds",
            "agentsStates",
        ],
    ),
    ("subAgentActivity", &["kind", "agentPath", "agentThreadId"]),
    ("imageView", &["path"]),
    (
        "imageGeneration",
        &["status", "savedPath", "fileId", "revisedPrompt", "failure"],
    ),
    ("hookPrompt", &["fragments"]),
    ("contextCompaction", &["id"]),
    ("enteredReviewMode", &["review"]),
    ("exitedReviewMode", &["review"]),
    ("sleep", &["durationMs"]),
];

/// Fields that are read of a request, or of an object in one.
pub const ASKED: &[(&str, &[&str])] = &[
    (
        "item/commandExecution/requestApproval",
        &[
            "itemId",
            "kind",
            "command",
            "cwd",
            "reason",
            "networkApprovalContext",
            "additionalPermissions",
            "availableDecisions",
            "proposedExecpolicyAmendment",
            "proposedNetworkPolicyAmendments",
        ],
    ),
    (
        "item/fileChange/requestApproval",
        &["itemId", "reason", "grantRoot"],
    ),
    (
        "item/permissions/requestApproval",
        &["cwd", "reason", "permissions"],
    ),
    ("item/tool/requestUserInput", &["questions"]),
    (
        "mcpServer/elicitation/request",
        &[
            "serverName",
            "mode",
            "message",
            "requestedSchema",
            "url",
            "_meta",
        ],
    ),
    ("NetworkApprovalContext", &["host", "protocol"]),
    ("NetworkPolicyAmendment", &["host", "action"]),
    ("RequestPermissionProfile", &["network", "fileSystem"]),
    ("AdditionalNetworkPermissions", &["enabled"]),
    (
        "AdditionalFileSystemPermissions",
        &["read", "write", "entries"],
    ),
    ("FileSystemSandboxEntry", &["access", "path"]),
    ("FileSystemPath", &["type", "path", "pattern", "value"]),
    ("FileSystemSpecialPath", &["kind", "path", "subpath"]),
    (
        "ToolRequestUserInputQuestion",
        &["id", "header", "question", "isOther", "isSecret", "options"],
    ),
    ("ToolRequestUserInputOption", &["label", "description"]),
    ("McpElicitationSchema", &["type", "properties", "required"]),
    ("McpElicitationStringSchema", &["minLength", "maxLength"]),
    ("McpElicitationNumberSchema", &["minimum", "maximum"]),
    (
        "McpElicitationUntitledMultiSelectEnumSchema",
        &["items", "minItems", "maxItems"],
    ),
    ("McpElicitationUntitledSingleSelectEnumSchema", &["enum"]),
    ("McpElicitationTitledSingleSelectEnumSchema", &["oneOf"]),
    ("McpElicitationTitledEnumItems", &["anyOf"]),
    ("McpElicitationConstOption", &["const"]),
    (
        "CommandExecutionApprovalDecision",
        &[
            "acceptWithExecpolicyAmendment",
            "applyNetworkPolicyAmendment",
        ],
    ),
];

/// Words that decide something, in the definition that has them.
pub const WORDS: &[(&str, &[&str])] = &[
    (
        "CommandExecutionStatus",
        &["inProgress", "completed", "failed", "declined"],
    ),
    (
        "PatchApplyStatus",
        &["inProgress", "completed", "failed", "declined"],
    ),
    ("McpToolCallStatus", &["inProgress", "completed", "failed"]),
    (
        "DynamicToolCallStatus",
        &["inProgress", "completed", "failed"],
    ),
    (
        "CollabAgentToolCallStatus",
        &["inProgress", "completed", "failed", "interrupted"],
    ),
    (
        "TurnStatus",
        &["completed", "interrupted", "failed", "inProgress"],
    ),
    (
        "TurnPlanStepStatus",
        &["pending", "inProgress", "completed"],
    ),
    (
        "HookRunStatus",
        &["running", "completed", "failed", "blocked", "stopped"],
    ),
    (
        "MessagePhase",
        &["commentary", "partial_answer", "final_answer"],
    ),
    ("PatchChangeKind", &["add", "delete", "update"]),
    (
        "McpServerStartupState",
        &["starting", "ready", "failed", "cancelled"],
    ),
    (
        "McpServerStartupFailureReason",
        &["reauthenticationRequired"],
    ),
    ("FileSystemAccessMode", &["read", "write", "deny"]),
    ("FileSystemPath", &["path", "glob_pattern", "special"]),
    (
        "FileSystemSpecialPath",
        &[
            "root",
            "minimal",
            "project_roots",
            "tmpdir",
            "slash_tmp",
            "unknown",
        ],
    ),
    ("NetworkPolicyRuleAction", &["allow", "deny"]),
    (
        "CommandExecutionApprovalKind",
        &["command", "writeStdin", "humanCommand"],
    ),
    (
        "McpServerElicitationRequestParams",
        &[
            "form",
            "openai/form",
            "openaiForm",
            "url",
            "openai/userVerification",
        ],
    ),
    (
        "CodexErrorInfo",
        &[
            "contextWindowExceeded",
            "sessionBudgetExceeded",
            "usageLimitExceeded",
            "rateLimitExceeded",
            "flexUnavailable",
            "serverOverloaded",
            "modelNotFound",
            "policyCapacityUnavailable",
            "cyberPolicy",
            "misalignmentPolicyViolation",
            "tooManyDenials",
            "internalServerError",
            "unauthorized",
            "badRequest",
            "threadRollbackFailed",
            "sandboxError",
            "other",
            "inferenceHookDenied",
            "httpConnectionFailed",
            "responseStreamConnectionFailed",
            "responseStreamDisconnected",
            "responseTooManyFailedAttempts",
            "activeTurnNotSteerable",
        ],
    ),
];

/// What our answers are made of: the file of the answer, and a word or field of it.
pub const ANSWERS: &[(&str, &[&str])] = &[
    (
        "CommandExecutionRequestApprovalResponse",
        &[
            "decision",
            "accept",
            "acceptForSession",
            "decline",
            "cancel",
            "acceptWithExecpolicyAmendment",
            "execpolicy_amendment",
            "applyNetworkPolicyAmendment",
            "network_policy_amendment",
        ],
    ),
    (
        "FileChangeRequestApprovalResponse",
        &[
            "decision",
            "accept",
            "acceptForSession",
            "decline",
            "cancel",
        ],
    ),
    (
        "PermissionsRequestApprovalResponse",
        &[
            "permissions",
            "scope",
            "turn",
            "session",
            "network",
            "enabled",
            "fileSystem",
            "read",
            "write",
            "entries",
        ],
    ),
    ("ToolRequestUserInputResponse", &["answers"]),
    (
        "McpServerElicitationRequestResponse",
        &["action", "content", "_meta", "accept", "decline", "cancel"],
    ),
    ("CurrentTimeReadResponse", &["currentTimeAt"]),
];

/// What is said in calls of ours, and read of what they return: the file, and a word or field of it.
pub const CALLS: &[(&str, &[&str])] = &[
    ("v2/ThreadStartResponse", &["model"]),
    ("v2/ThreadResumeResponse", &["model"]),
    (
        "v2/ListMcpServerStatusParams",
        &["threadId", "serverName", "detail", "toolsAndAuthOnly"],
    ),
    (
        "v2/McpServerOauthLoginParams",
        &["name", "threadId", "timeoutSecs"],
    ),
    ("v2/McpServerOauthLoginResponse", &["authorizationUrl"]),
    (
        "v2/ListMcpServerStatusResponse",
        &[
            "data",
            "name",
            "tools",
            "description",
            "annotations",
            "toolsError",
            "runtimeStatus",
            "authenticationRequired",
            "authStatus",
            "notLoggedIn",
        ],
    ),
    (
        "v2/ThreadTurnsListParams",
        &["threadId", "limit", "itemsView", "full"],
    ),
    (
        "v2/ThreadTurnsListResponse",
        &["data", "id", "items", "status", "clientId"],
    ),
    ("v2/ThreadRevertParams", &["threadId", "beforeTurnId"]),
    ("v2/ThreadSetNameParams", &["threadId", "name"]),
    ("v2/ThreadArchiveParams", &["threadId"]),
    ("v2/ThreadUnarchiveParams", &["threadId"]),
    ("v2/ThreadDeleteParams", &["threadId"]),
    ("v2/ThreadBackgroundTerminalsCleanParams", &["threadId"]),
];

/// What is read where the schema says that anything may stand: results and metadata of MCP, a form's own
/// words, a provider's error, and the answers that our page gives.
pub const OPEN: &[&str] = &[
    "codex_approval_kind",
    "persist",
    "tool_name",
    "tool_title",
    "tool_description",
    "tool_params",
    "resource",
    "uri",
    "additionalProperties",
    "error",
    "code",
    "granted",
    "answers",
    "execpolicy_amendment",
    "network_policy_amendment",
    "httpStatusCode",
    "title",
    "id",
    "readOnlyHint",
];

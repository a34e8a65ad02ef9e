namespace Paas.Runtime.FunctionalTests;

/// <summary>
/// What peers are known to do differently, by the name of the test they would fail: runc 1.1.5 and crun 1.8.1, Debian 12's. Anything else that
/// fails on them is a mistake of the suite, or of theirs that nobody knows yet.
/// </summary>
internal static class PeerDifferences
{
    private const string OwnWords = "crun has messages, tables and help of its own";
    private const string ExitOne = "crun ends with 1 where runc ends with 255";
    private const string NoEvents = "crun has no events";
    private const string NoSuchOption = "crun has no such option, or takes none behind the id";
    private const string NoError = "crun sees no error there";
    private const string ExecEnvironment = "crun's exec with an environment has no PATH of the container's";
    private const string Update = "crun's update takes bytes as plain numbers, and quota and period in one order only";
    private const string Pause = "crun neither kills nor signals what is paused";
    private const string Propagation = "crun makes every new mount private, and the root with it";
    private const string Options = "crun passes words over that undo others, or gives them to the filesystem";
    private const string Places = "crun makes places of mode 755, directories above them too, and no places for sockets";
    private const string Agents = "crun speaks to a seccomp agent at other moments, and even for a filter without calls to decide on";
    private const string Calls = "crun gives calls newer than the filter its default error";
    private const string Surroundings = "crun sets neither HOME nor LISTEN_PID, keeps the session's keyring without a name and enters the directory as root";
    private const string Hangs = "crun waits for a container whose poststart hook failed";
    private const string Killing = "crun kills no group without a pid namespace";
    private const string Shows = "crun shows the hierarchies' roots to a container without a namespace of groups";

    private const string Refused = "crun leaves the groups of a container whose limits it refuses";
    private const string Creating = "crun says \"created\" to the hooks of a container that is still being created (runtime.md, State)";
    private const string Missed = "crun misses the end of a hook with a timeout where the container ends in the same moment";

    private static readonly Dictionary<string, string> Crun = new()
    {
        ["An_empty_list_is_still_a_list"] = OwnWords,
        ["The_list_is_a_table_of_six_columns"] = OwnWords,
        ["Errors_are_log_lines"] = OwnWords,
        ["Errors_go_to_the_log_as_json"] = OwnWords,
        ["Ids_are_checked"] = OwnWords,
        ["What_cannot_be_done_is_said_in_the_words_others_look_for"] = OwnWords,
        ["Wrong_usage_shows_the_help_and_fails"] = OwnWords,
        ["Help_and_version_need_no_container"] = OwnWords,
        ["Debug_tells_what_is_done"] = OwnWords,
        ["Spec_writes_a_document_to_start_from"] = OwnWords,
        ["Unknown_words_are_named"] = OwnWords,
        ["In_no_container_it_is_an_error"] = OwnWords,
        ["One_that_fails_undoes_the_creation"] = OwnWords,
        ["A_program_that_cannot_be_executed_is_255_and_said_in_runcs_words"] = OwnWords,
        ["What_cannot_work_is_said_and_nothing_is_left"] = OwnWords,
        ["What_does_not_go_together_is_refused"] = OwnWords,
        ["What_masks_cover_is_mounted_on_ordinary_directories_only"] = OwnWords,
        ["An_option_that_a_filesystem_does_not_know_is_an_error_that_names_the_place"] = OwnWords,
        ["A_stopped_container_has_no_pid"] = OwnWords,
        ["The_state_document_has_runcs_members_in_runcs_order"] = OwnWords,
        ["Processes_are_listed_as_the_host_s_ps_does"] = OwnWords,
        ["No_process_is_executed_in_a_paused_container"] = ExitOne,
        ["Exec_refuses_a_user_that_is_no_number"] = ExitOne,
        ["In_a_stopped_container_it_says_why_not"] = ExitOne,
        ["A_kill_for_want_of_memory_is_told"] = NoEvents,
        ["Statistics_are_printed_once"] = NoEvents,
        ["Statistics_come_at_intervals_until_the_container_ends"] = NoEvents,
        ["Exec_takes_a_user_with_and_without_group_and_further_groups"] = NoSuchOption,
        ["Options_may_follow_the_id"] = NoSuchOption,
        ["Options_may_stand_behind_the_id"] = NoSuchOption,
        ["A_container_that_has_ended_is_not_updated"] = NoError,
        ["A_group_that_is_not_there_is_an_error"] = NoError,
        ["A_type_there_is_not_is_an_error"] = NoError,
        ["An_unknown_word_for_the_root_is_an_error"] = NoError,
        ["One_listed_twice_or_unknown_is_refused"] = NoError,
        ["A_volume_in_procfs_through_a_link_of_the_image_is_refused"] = NoError,
        ["A_volume_over_procfs_or_in_it_is_refused"] = NoError,
        ["Variables_are_added_and_replace_the_containers"] = ExecEnvironment,
        ["Exit_code_output_environment_directory_and_user"] = ExecEnvironment,
        ["Exec_adds_capabilities_but_never_to_the_inheritable_set"] = "crun's exec replaces capabilities",
        ["Memory_and_swap_grow_and_shrink_together"] = Update,
        ["Options_change_what_they_name_and_nothing_else"] = Update,
        ["Quota_and_period_change_each_without_the_other"] = Update,
        ["A_paused_container_can_be_killed"] = Pause,
        ["A_process_that_does_not_mind_waits_for_the_resumption"] = Pause,
        ["A_new_mount_has_the_propagation_its_options_say"] = Propagation,
        ["Mounts_made_on_the_host_appear_where_they_should"] = Propagation,
        ["A_remounted_bind_mount_becomes_read_only_and_its_filesystem_does_not"] = Options,
        ["A_word_takes_another_one_away"] = Options,
        ["Words_that_name_the_default_are_no_error"] = Options,
        ["Read_only_places_keep_what_else_their_mount_says"] = Options,
        ["A_tmpfs_has_the_mode_of_the_directory_it_covers"] = Places,
        ["Directories_that_are_made_inherit_the_set_group_id_bit"] = Places,
        ["Sockets_and_fifos_can_be_bound"] = Places,
        ["What_the_image_has_already_stays"] = Places,
        ["A_created_container_waits_for_its_start_with_the_agent_informed"] = Agents,
        ["A_further_process_is_the_agents_too"] = Agents,
        ["A_listener_without_calls_to_decide_on_is_no_matter"] = Agents,
        ["Calls_newer_than_the_profile_get_ENOSYS_and_others_the_default"] = Calls,
        ["A_working_directory_only_the_user_may_enter"] = Surroundings,
        ["Home_is_the_users_of_the_image"] = Surroundings,
        ["Listening_sockets_of_the_caller_are_the_programs"] = Surroundings,
        ["The_session_keyring_is_the_containers_own_unless_the_callers_is_to_be_kept"] = Surroundings,
        ["A_poststart_hook_that_fails_is_an_error_and_ends_the_container"] = Hangs,
        ["Killing_all_ends_every_process"] = Killing,
        ["The_cgroup_mount_shows_the_containers_own_group_only"] = Shows,
        ["Files_of_the_unified_hierarchy_are_v2_s"] = Refused,
        ["Each_gets_the_state_on_standard_input"] = Creating,
        ["One_that_ends_in_time_is_not_waited_for_any_longer"] = Missed,
        ["The_inner_terminal_has_the_outer_ones_size_and_follows_it"] = "crun does not tell the terminal of a new size",
        ["The_state_is_in_the_users_own_directory_and_the_verbs_find_it"] = "crun's state lies elsewhere",
    };

    private static readonly Dictionary<string, string> Runc = new()
    {
        ["Each_gets_the_state_on_standard_input"] = "runc 1.1 says \"created\" to poststart hooks",
    };

    /// <summary>How the runtime under test is known to differ in what a test is about; null: not at all.</summary>
    public static string? Of(string test)
    {
        if (RuntimeUnderTest.IsOurs || Environment.GetEnvironmentVariable("RUNTIME_IS_NEW") == "1") return null;
        return Path.GetFileName(RuntimeUnderTest.Program) switch
        {
            "crun" => Crun.GetValueOrDefault(test),
            "runc" => Runc.GetValueOrDefault(test),
            _ => null,
        };
    }
}

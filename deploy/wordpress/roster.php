<?php
/**
 * Plugin Name:       Roster
 * Description:       Takes accounts from a Roster directory, which identity providers keep up to date: creates, changes, deactivates and deletes users, and keeps deactivated ones out.
 * Version:           0.2.0
 * Requires at least: 5.6
 * Requires PHP:      7.4
 * License:           Apache-2.0
 * License URI:       https://www.apache.org/licenses/LICENSE-2.0
 * Text Domain:       roster
 * Network:           true
 *
 * One file. Put it into wp-content/mu-plugins, or into wp-content/plugins and activate it. What goes over the wire is
 * written down in docs/wordpress/contract.md of the Roster sources.
 *
 * From top to bottom: values, signature, calls, link table, transactions, accounts and their roles, one event, the block
 * of deactivated accounts, what is read-only, the pull, the site's own pages, hooks.
 *
 * @package Roster
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

// The file may lie in both folders while somebody moves it. The first one works, the second keeps quiet.
if ( ! defined( 'ROSTER_VERSION' ) ) :

define( 'ROSTER_VERSION', '0.2.0' );

/*
 * ---------------------------------------------------------------------------------------------------------------------
 * Values
 * ---------------------------------------------------------------------------------------------------------------------
 */

/** Limits and lists that do not change while the file runs. */
final class Roster_Values {
	const BODY_BYTES_MAX     = 1048576;
	const EVENTS_MAX         = 100;
	const PAGE_MAX           = 1000;
	const VERSION_MAX        = 9007199254740991;
	const CLOCK_SECONDS      = 300;
	const KEY_BYTES_MIN      = 16;
	const LOCK_SECONDS       = 5;
	const TRIES              = 5;
	const TRY_SECONDS        = 3;
	const FIELDS_MAX         = 300;
	const PULL_EVENTS        = 50;
	const PULL_SECONDS       = 25;
	const PULL_PAGE_SECONDS  = 3;
	const PULL_EVERY_SECONDS = 15;

	/** A user_pass that no password fits, in any version of WordPress. */
	const NO_PASSWORD = '*';

	/** Members of an event's user, and what WordPress calls them. */
	const FIELDS = array(
		'email'       => 'user_email',
		'givenName'   => 'first_name',
		'familyName'  => 'last_name',
		'displayName' => 'display_name',
		'nickName'    => 'nickname',
		'profileUrl'  => 'user_url',
		'description' => 'description',
		'locale'      => 'locale',
	);

	/** Those of them that are columns of the users table, with the characters that fit. */
	const COLUMNS = array(
		'user_email'   => 100,
		'user_url'     => 100,
		'display_name' => 250,
	);

	/** The names that the form of a profile has for them. */
	const INPUTS = array(
		'email'       => 'email',
		'givenName'   => 'first_name',
		'familyName'  => 'last_name',
		'displayName' => 'display_name',
		'nickName'    => 'nickname',
		'profileUrl'  => 'url',
		'description' => 'description',
		'locale'      => 'locale',
		'roles'       => 'role',
	);

	/** Kinds of ACF's fields that a text can be put into. */
	const ACF_TYPES = array( 'text', 'textarea', 'number', 'range', 'email', 'url', 'select', 'radio', 'button_group', 'true_false', 'date_picker', 'date_time_picker', 'time_picker', 'color_picker', 'wysiwyg' );

	/** Usermeta in which WordPress keeps what people have chosen for its own pages. */
	const PREFERENCES = array( 'rich_editing', 'syntax_highlighting', 'comment_shortcuts', 'admin_color', 'use_ssl', 'show_admin_bar_front', 'show_welcome_panel', 'dismissed_wp_pointers', 'community-events-location' );

	/** Usermeta of our own. Nobody else may write it. */
	const OWN_META = array(
		'roster_scim_id',
		'roster_external_id',
		'roster_user_name',
		'roster_deactivated',
		'_roster_kept',
	);

	/** Capabilities that lead to more: a role with one of them is not given unless ROSTER_ROLES names it. */
	const POWERS = array(
		'manage_options',
		'promote_users',
		'add_users',
		'create_users',
		'edit_users',
		'delete_users',
		'remove_users',
		'activate_plugins',
		'edit_plugins',
		'install_plugins',
		'update_plugins',
		'upload_plugins',
		'delete_plugins',
		'edit_themes',
		'install_themes',
		'update_themes',
		'upload_themes',
		'delete_themes',
		'switch_themes',
		'edit_files',
		'unfiltered_upload',
		'update_core',
		'import',
		'manage_network',
		'manage_sites',
		'manage_network_users',
		'manage_network_plugins',
		'manage_network_themes',
		'manage_network_options',
		'create_sites',
		'delete_sites',
		'setup_network',
		'upgrade_network',
	);

	/** Capabilities that make an account an administrator, whatever its role is called. */
	const ADMINISTRATOR_POWERS = array( 'manage_options', 'activate_plugins', 'edit_plugins', 'install_plugins' );
}

/** What changes while the file runs. */
final class Roster_State {
	/** Whether Roster itself writes now. What is closed to others is open then. */
	public static $applying = false;

	/** The account, as ID, and the columns of it that wp_insert_user would leave alone. */
	public static $columns = null;

	/** Whether a transaction is open, and how many database errors there were before it. */
	public static $transaction = false;
	public static $errors      = 0;
	public static $retries     = null;

	/** Named locks that are held. */
	public static $locks = array();

	/** The events of a call that are not answered yet, and the results so far. Null: no call. */
	public static $events  = null;
	public static $results = array();

	/** The events of a pull that are being applied. */
	public static $pulling = array();

	/** Whether a role of a deactivated account was held back in this request. */
	public static $held = false;

	/** Whether the request is a call of Roster's, so that its answer must be JSON even when somebody calls exit. */
	public static $answering = false;
}

/** WordPress will not take what an event asks. */
final class Roster_Refusal extends Exception {
	/** @var string */
	public $reason;

	/** @var string The SCIM id of the account that stands in the way; empty where it is nobody's of Roster. */
	public $conflict;

	/**
	 * @param string $reason   A code of the contract.
	 * @param string $message  For people.
	 * @param string $conflict A SCIM id.
	 */
	public function __construct( $reason, $message, $conflict = '' ) {
		parent::__construct( $message );
		$this->reason   = $reason;
		$this->conflict = $conflict;
	}

	/** @return string The scimType of RFC 7644 that fits best. */
	public function scim_type() {
		switch ( $this->reason ) {
			case 'existing_user_login':
			case 'existing_user_email':
				return 'uniqueness';
			case 'last_admin':
			case 'super_admin':
			case 'administrator':
				return 'mutability';
			default:
				return 'invalidValue';
		}
	}
}

/** The database was busy, or lost the transaction. It is worth another try. */
final class Roster_Busy extends Exception {}

/** @return string[] The words of a constant with commas between. */
function roster_words( $constant ) {
	$text = defined( $constant ) ? constant( $constant ) : '';
	return array_values( array_filter( array_map( 'trim', is_array( $text ) ? $text : explode( ',', (string) $text ) ), 'strlen' ) );
}

/** @return string Which hand-made accounts a new SCIM user takes over. */
function roster_adopt() {
	$adopt = defined( 'ROSTER_ADOPT' ) ? strtolower( (string) ROSTER_ADOPT ) : 'none';
	return in_array( $adopt, array( 'login', 'email' ), true ) ? $adopt : 'none';
}

/** Keeps an option for the whole network, out of the options that every page loads. */
function roster_set_option( $name, $value ) {
	if ( is_multisite() ) {
		update_site_option( $name, $value );
	} else {
		update_option( $name, $value, false );
	}
}

/** @return array{columns: array, managed: string[]} How the site's own pages show it, as Roster last said. */
function roster_settings() {
	$settings = get_site_option( 'roster_settings' );
	return array_merge(
		array(
			'columns' => array(),
			'managed' => array(),
		),
		is_array( $settings ) ? $settings : array()
	);
}

/** Keeps the settings of a call when they differ. */
function roster_keep_settings( $settings ) {
	if ( ! is_array( $settings ) ) {
		return;
	}
	$kept = roster_settings();
	if ( isset( $settings['columns'] ) && is_array( $settings['columns'] ) ) {
		$kept['columns'] = array();
		foreach ( array_slice( $settings['columns'], 0, 20 ) as $column ) {
			if ( is_array( $column ) && isset( $column['key'] ) && is_string( $column['key'] ) && roster_meta_key_is_open( $column['key'] ) ) {
				$label             = isset( $column['label'] ) && is_string( $column['label'] ) ? $column['label'] : $column['key'];
				$kept['columns'][] = array(
					'key'   => $column['key'],
					'label' => sanitize_text_field( $label ),
				);
			}
		}
	}
	if ( isset( $settings['managed'] ) && is_array( $settings['managed'] ) ) {
		$kept['managed'] = array_values( array_filter( array_slice( $settings['managed'], 0, 200 ), 'is_string' ) );
	}
	if ( roster_settings() !== $kept ) {
		roster_set_option( 'roster_settings', $kept );
	}
}

/** @return bool Whether WordPress keeps its data in SQLite, which has no row locks and no named locks. */
function roster_is_sqlite() {
	global $wpdb;
	return ( defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE ) || false !== stripos( get_class( $wpdb ), 'sqlite' );
}

/*
 * ---------------------------------------------------------------------------------------------------------------------
 * Signature: Standard Webhooks
 * ---------------------------------------------------------------------------------------------------------------------
 */

/** @return string[] The keys of all secrets. The first one signs what this site sends. */
function roster_keys() {
	$text = defined( 'ROSTER_SECRET' ) && '' !== trim( (string) ROSTER_SECRET ) ? ROSTER_SECRET : get_site_option( 'roster_secret', '' );
	$keys = array();
	foreach ( preg_split( '/\s+/', (string) $text, -1, PREG_SPLIT_NO_EMPTY ) as $secret ) {
		$key = base64_decode( 0 === strpos( $secret, 'whsec_' ) ? substr( $secret, 6 ) : $secret, true );
		// An empty key would let anybody sign.
		if ( false !== $key && strlen( $key ) >= Roster_Values::KEY_BYTES_MIN ) {
			$keys[] = $key;
		}
	}
	return $keys;
}

/** @return string One signature in the form that the header field has. */
function roster_sign( $key, $id, $timestamp, $body ) {
	return 'v1,' . base64_encode( hash_hmac( 'sha256', "$id.$timestamp.$body", $key, true ) );
}

/** @return string What is wrong with a message, as a code; empty when all is well. */
function roster_check_signature( $id, $timestamp, $signatures, $body ) {
	$keys = roster_keys();
	if ( ! $keys || '' === $id || '' === $timestamp || '' === $signatures ) {
		return 'scim_unsigned';
	}
	$fits = false;
	foreach ( $keys as $key ) {
		$expected = roster_sign( $key, $id, $timestamp, $body );
		foreach ( explode( ' ', $signatures ) as $signature ) {
			$fits = hash_equals( $expected, $signature ) || $fits;
		}
	}
	if ( ! $fits ) {
		return 'scim_bad_signature';
	}
	$fresh = ctype_digit( $timestamp ) && abs( time() - (int) $timestamp ) <= Roster_Values::CLOCK_SECONDS;
	return $fresh ? '' : 'scim_stale';
}

/** @return string A header field of the request. */
function roster_header( $name ) {
	$key = 'HTTP_' . strtoupper( str_replace( '-', '_', $name ) );
	return isset( $_SERVER[ $key ] ) && is_string( $_SERVER[ $key ] ) ? trim( wp_unslash( $_SERVER[ $key ] ) ) : ''; // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- it is compared with a signature, byte for byte.
}

/** @return string What is wrong with the request that is answered now, as a code; empty when all is well. */
function roster_check_request( $body ) {
	return roster_check_signature( roster_header( 'webhook-id' ), roster_header( 'webhook-timestamp' ), roster_header( 'webhook-signature' ), $body );
}

/** Remembers that a call was valid, or why it was not, once a minute at most: anybody can send a bad one. */
function roster_note_call( $fault ) {
	$name = '' === $fault ? 'roster_heard' : 'roster_fault';
	$last = get_site_option( $name );
	if ( ! is_array( $last ) || $last['time'] <= time() - MINUTE_IN_SECONDS ) {
		roster_set_option(
			$name,
			array(
				'time' => time(),
				'code' => $fault,
			)
		);
	}
}

/*
 * ---------------------------------------------------------------------------------------------------------------------
 * Calls
 * ---------------------------------------------------------------------------------------------------------------------
 */

/** Answers POST /?roster=CALL, before WordPress looks for a page. Other values of the parameter are somebody else's. */
function roster_answer_call() {
	// phpcs:disable WordPress.Security.NonceVerification -- the signature stands for a nonce.
	$call = isset( $_GET['roster'] ) && is_string( $_GET['roster'] ) ? $_GET['roster'] : '';
	// phpcs:enable
	if ( is_admin() || ! in_array( $call, array( 'events', 'status', 'report', 'accounts', 'fields' ), true ) ) {
		return;
	}
	Roster_State::$answering = true;
	if ( ! defined( 'DONOTCACHEPAGE' ) ) {
		define( 'DONOTCACHEPAGE', true );
	}
	ignore_user_abort( true );
	// What other plugins print must not spoil the answer.
	ob_start();
	if ( ! isset( $_SERVER['REQUEST_METHOD'] ) || 'POST' !== $_SERVER['REQUEST_METHOD'] ) {
		header( 'Allow: POST' );
		roster_answer( 405, roster_fault( 'scim_method' ) );
	}
	$body = roster_read_body();
	if ( null === $body ) {
		roster_answer( 413, roster_fault( 'scim_too_large' ) );
	}
	list( $status, $answer ) = roster_take_call( $call, $body );
	roster_answer( $status, $answer );
}

/** @return string|null The body of the request; null when it is too large. */
function roster_read_body() {
	$max = Roster_Values::BODY_BYTES_MAX;
	if ( isset( $_SERVER['CONTENT_LENGTH'] ) && (int) $_SERVER['CONTENT_LENGTH'] > $max ) {
		return null;
	}
	$body = (string) file_get_contents( 'php://input', false, null, 0, $max + 1 );
	return strlen( $body ) > $max ? null : $body;
}

/** Sends JSON and ends the request. */
function roster_answer( $status, $answer ) {
	Roster_State::$answering = false;
	for ( $level = ob_get_level(); $level > 0; $level-- ) {
		ob_end_clean();
	}
	if ( ! headers_sent() ) {
		header_remove( 'Location' );
		status_header( $status );
		nocache_headers();
		header( 'Content-Type: application/json; charset=utf-8' );
		header( 'X-Robots-Tag: noindex' );
	}
	echo wp_json_encode( $answer, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ); // phpcs:ignore WordPress.Security.EscapeOutput -- JSON.
	exit;
}

/** @return array The body of an answer that is not 200. */
function roster_fault( $code, $message = '' ) {
	$messages = array(
		'scim_unsigned'      => roster_keys() ? 'The webhook-id, webhook-timestamp and webhook-signature header fields are needed.' : 'No usable secret is set on this site.',
		'scim_bad_signature' => 'The signature does not fit any secret of this site.',
		'scim_stale'         => 'The time of the message differs too much from the clock of this site: ' . gmdate( 'Y-m-d\TH:i:s\Z' ) . '.',
		'scim_malformed'     => 'The body is not what this call takes.',
		'scim_too_large'     => 'At most 1 MiB and 100 events fit into one call.',
		'scim_method'        => 'This address takes POST only.',
		'scim_error'         => 'The call failed.',
	);
	return array(
		'code'    => $code,
		'message' => '' === $message ? $messages[ $code ] : $message,
		'time'    => time(),
	);
}

/** @return array The status and the body of the answer to one call. */
function roster_take_call( $call, $body ) {
	$fault = roster_check_request( $body );
	roster_note_call( $fault );
	if ( '' !== $fault ) {
		return array( 401, roster_fault( $fault ) );
	}
	$message = json_decode( $body, true, 64 );
	if ( ! is_array( $message ) ) {
		return array( 400, roster_fault( 'scim_malformed' ) );
	}
	try {
		roster_make_table();
		switch ( $call ) {
			case 'status':
				return array( 200, roster_status() );
			case 'fields':
				// As with "after" below.
				if ( ! isset( $message['sample'] ) || ! is_int( $message['sample'] ) ) {
					return array( 400, roster_fault( 'scim_malformed' ) );
				}
				return array( 200, roster_fields( $message['sample'] ) );
			case 'report':
			case 'accounts':
				// By the kind of "after", no other signed message of the two sides is taken for this call.
				$after = isset( $message['after'] ) ? $message['after'] : null;
				if ( 'report' === $call ? ! is_string( $after ) : ! is_int( $after ) ) {
					return array( 400, roster_fault( 'scim_malformed' ) );
				}
				return array( 200, 'report' === $call ? roster_report( $message ) : roster_accounts( $message ) );
			default:
				$fault = roster_check_events( $message );
				if ( '' !== $fault ) {
					return array( 'scim_too_large' === $fault ? 413 : 400, roster_fault( $fault ) );
				}
				return array( 200, array( 'results' => roster_take_events( $message ) ) );
		}
	} catch ( Throwable $problem ) {
		return array( 500, roster_fault( 'scim_error', $problem->getMessage() ) );
	}
}

/** @return string What is wrong with a message of events, as a code; empty when all is well. */
function roster_check_events( array $message ) {
	if ( ! isset( $message['events'] ) || ! is_array( $message['events'] ) ) {
		return 'scim_malformed';
	}
	foreach ( $message['events'] as $event ) {
		if ( ! is_array( $event ) ) {
			return 'scim_malformed';
		}
	}
	return count( $message['events'] ) > Roster_Values::EVENTS_MAX ? 'scim_too_large' : '';
}

/** Applies the events of a message one after the other. */
function roster_take_events( array $message ) {
	$acting  = get_current_user_id();
	$created = false;
	roster_keep_settings( isset( $message['settings'] ) ? $message['settings'] : null );
	// Roles and names are those of the main site, whichever site of the network was called.
	$switched = is_multisite() && get_current_blog_id() !== get_main_site_id();
	if ( $switched ) {
		switch_to_blog( get_main_site_id() );
	}
	// Nobody is logged in: hooks of other plugins must not take the visitor for the one who acts.
	wp_set_current_user( 0 );
	roster_quiet( true );
	Roster_State::$events  = array_values( $message['events'] );
	Roster_State::$results = array();
	while ( Roster_State::$events ) {
		$result                  = roster_take_event( Roster_State::$events[0] );
		$created                 = $created || 'created' === $result['code'];
		Roster_State::$results[] = $result;
		array_shift( Roster_State::$events );
	}
	Roster_State::$events = null;
	roster_quiet( false );
	if ( $created && function_exists( 'wp_maybe_update_user_counts' ) ) {
		wp_maybe_update_user_counts();
	}
	if ( $switched ) {
		restore_current_blog();
	}
	wp_set_current_user( $acting );
	return Roster_State::$results;
}

/** Keeps WordPress from writing mails and from counting users at each event, or lets it again. */
function roster_quiet( $quiet ) {
	$filters = array(
		'send_password_change_email',
		'send_email_change_email',
		'wp_send_new_user_notification_to_user',
		'wp_send_new_user_notification_to_admin',
		'enable_live_network_counts',
	);
	foreach ( $filters as $filter ) {
		if ( $quiet ) {
			add_filter( $filter, '__return_false', PHP_INT_MAX );
		} else {
			remove_filter( $filter, '__return_false', PHP_INT_MAX );
		}
	}
}

/** @return array The result of one event. Whatever it throws stays here. */
function roster_take_event( array $event ) {
	$problem = null;
	$start   = microtime( true );
	for ( $try = 0; $try < Roster_Values::TRIES; $try++ ) {
		$change = new Roster_Change( $event );
		try {
			return $change->run();
		} catch ( Roster_Refusal $refusal ) {
			return $change->refused( $refusal );
		} catch ( Roster_Busy $busy ) {
			$problem = $busy;
			if ( microtime( true ) - $start > Roster_Values::TRY_SECONDS ) {
				break;
			}
			usleep( wp_rand( 20000, 120000 ) );
		} catch ( Throwable $problem ) {
			break;
		}
	}
	return $change->result( 'error', $problem instanceof Roster_Busy ? 'busy' : 'exception', $problem->getMessage() );
}

/**
 * Ends a call that a hook of another plugin ended by exit: nothing of its event stays, and the others keep their
 * results. Runs before the output buffers are flushed.
 */
function roster_end_interrupted() {
	if ( null === Roster_State::$events ) {
		return;
	}
	$left                 = Roster_State::$events;
	$reason               = 'Another plugin ended the request in one of its hooks.';
	Roster_State::$events = null;
	roster_roll_back();
	if ( Roster_State::$pulling ) {
		// Else Roster would never learn which event ends the pull each time.
		$change = new Roster_Change( $left[0] );
		$done   = array_merge( Roster_State::$results, array( $change->result( 'error', 'interrupted', $reason ) ) );
		roster_set_option( 'roster_acknowledge', roster_with_versions( Roster_State::$pulling, $done ) );
	}
	if ( ! Roster_State::$answering ) {
		return;
	}
	foreach ( $left as $index => $event ) {
		$change                  = new Roster_Change( $event );
		Roster_State::$results[] = 0 === $index
			? $change->result( 'error', 'interrupted', $reason )
			: $change->result( 'error', 'not_reached', 'The request had ended before its turn came.' );
	}
	roster_answer( 200, array( 'results' => Roster_State::$results ) );
}

/** Registers POST /wp-json/roster/v1/events. */
function roster_register_route() {
	register_rest_route(
		'roster/v1',
		'/events',
		array(
			'methods'             => 'POST',
			'callback'            => 'roster_answer_route',
			'permission_callback' => 'roster_may_use_route',
		)
	);
}

/** @return true|WP_Error Whether the signature of a REST request is right. */
function roster_may_use_route( WP_REST_Request $request ) {
	$body  = (string) $request->get_body();
	$large = strlen( $body ) > Roster_Values::BODY_BYTES_MAX;
	$code  = $large ? 'scim_too_large' : roster_check_request( $body );
	if ( '' === $code ) {
		return true;
	}
	roster_note_call( $code );
	$fault = roster_fault( $code );
	return new WP_Error( $code, $fault['message'], array( 'status' => $large ? 413 : 401 ) );
}

/** @return WP_REST_Response The same as ?roster=events answers. */
function roster_answer_route( WP_REST_Request $request ) {
	ignore_user_abort( true );
	Roster_State::$answering = true;
	ob_start();
	list( $status, $answer ) = roster_take_call( 'events', (string) $request->get_body() );
	ob_end_clean();
	Roster_State::$answering = false;
	return new WP_REST_Response( $answer, $status );
}

/** Puts the clock of the site beside the code, where the plain address has it. */
function roster_finish_route( $response, $server, WP_REST_Request $request ) {
	$ours = '/roster/v1/events' === untrailingslashit( $request->get_route() );
	if ( $ours && $response instanceof WP_REST_Response && $response->get_status() >= 400 && is_array( $response->get_data() ) ) {
		$response->set_data( array_merge( $response->get_data(), array( 'time' => time() ) ) );
	}
	return $response;
}

/** Opens our own route, and no other, where REST is closed or the web server asks for a password of its own. */
function roster_open_route( $result ) {
	$route = isset( $GLOBALS['wp']->query_vars['rest_route'] ) ? $GLOBALS['wp']->query_vars['rest_route'] : '';
	return '/roster/v1/events' === untrailingslashit( (string) $route ) ? true : $result;
}

/** @return array What Roster's pages show of this site. */
function roster_status() {
	global $wpdb;
	$main  = get_main_site_id();
	$roles = array();
	foreach ( roster_roles_of( $main ) as $role => $unused ) {
		$roles[] = array(
			'role'    => $role,
			'name'    => roster_role_name( $role ),
			'allowed' => roster_role_is_allowed( $role, $main ),
		);
	}
	$sites = array();
	if ( is_multisite() ) {
		foreach ( get_sites( array( 'number' => Roster_Values::PAGE_MAX ) ) as $site ) {
			$sites[] = array(
				'id'   => (int) $site->blog_id,
				'url'  => get_home_url( (int) $site->blog_id ),
				'name' => (string) get_blog_option( (int) $site->blog_id, 'blogname' ),
			);
		}
	}
	return array(
		'time'        => time(),
		'plugin'      => ROSTER_VERSION,
		'wordpress'   => get_bloginfo( 'version' ),
		'php'         => PHP_VERSION,
		'database'    => roster_is_sqlite() ? 'SQLite' : (string) $wpdb->get_var( 'SELECT VERSION()' ),
		'url'         => home_url(),
		'https'       => is_ssl(),
		'network'     => is_multisite(),
		'objectCache' => (bool) wp_using_ext_object_cache(),
		'adopt'       => roster_adopt(),
		'defaultRole' => roster_default_role( $main ),
		'roles'       => $roles,
		'sites'       => $sites,
		'plugins'     => array(
			'acf'         => function_exists( 'update_field' ),
			'buddypress'  => function_exists( 'xprofile_set_field_data' ),
			'woocommerce' => class_exists( 'WooCommerce', false ),
		),
		'counts'      => array(
			'users'       => (int) $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->users}" ),
			'managed'     => (int) $wpdb->get_var( 'SELECT COUNT(*) FROM ' . roster_table() . ' WHERE user_id > 0 AND deleted = 0' ),
			'deactivated' => (int) $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->usermeta} WHERE meta_key = 'roster_deactivated'" ),
		),
	);
}

/**
 * @param int $sample Of so many accounts, the newest, the usermeta is looked at.
 * @return array The fields of accounts that can be mapped and that not every site has.
 */
function roster_fields( $sample ) {
	$fields = array();
	$found  = array_merge( roster_acf_fields(), roster_profile_fields(), roster_address_fields(), roster_meta_fields( $sample ) );
	foreach ( $found as $field ) {
		$target = $field['target'];
		if ( isset( $fields[ $target ] ) || ( 0 === strpos( $target, 'meta:' ) && ! roster_meta_key_is_open( substr( $target, 5 ) ) ) ) {
			continue;
		}
		$field['label']    = trim( html_entity_decode( wp_strip_all_tags( (string) $field['label'] ), ENT_QUOTES, 'UTF-8' ) );
		$fields[ $target ] = $field;
	}
	return array( 'fields' => array_slice( array_values( $fields ), 0, Roster_Values::FIELDS_MAX ) );
}

/** @return array What ACF shows on users' pages, as far as a text can be put into it. */
function roster_acf_fields() {
	$fields = array();
	if ( ! function_exists( 'acf_get_field_groups' ) || ! function_exists( 'acf_get_fields' ) ) {
		return $fields;
	}
	foreach ( (array) acf_get_field_groups() as $group ) {
		if ( ! roster_acf_group_is_of_users( (array) $group ) ) {
			continue;
		}
		foreach ( (array) acf_get_fields( $group ) as $field ) {
			if ( ! empty( $field['name'] ) && isset( $field['type'] ) && in_array( $field['type'], Roster_Values::ACF_TYPES, true ) ) {
				$fields[] = roster_field( 'meta:' . $field['name'], isset( $field['label'] ) ? $field['label'] : '', 'acf', isset( $group['title'] ) ? $group['title'] : '' );
			}
		}
	}
	return $fields;
}

/** @return bool Whether one of the rules by which ACF shows a group is about users. */
function roster_acf_group_is_of_users( array $group ) {
	foreach ( isset( $group['location'] ) ? (array) $group['location'] : array() as $rules ) {
		foreach ( (array) $rules as $rule ) {
			if ( isset( $rule['param'] ) && in_array( $rule['param'], array( 'user_form', 'user_role' ), true ) ) {
				return true;
			}
		}
	}
	return false;
}

/** @return array BuddyPress's profile fields. */
function roster_profile_fields() {
	$fields = array();
	if ( ! function_exists( 'bp_xprofile_get_groups' ) ) {
		return $fields;
	}
	foreach ( (array) bp_xprofile_get_groups( array( 'fetch_fields' => true ) ) as $group ) {
		foreach ( isset( $group->fields ) ? (array) $group->fields : array() as $field ) {
			$fields[] = roster_field( 'xprofile:' . $field->name, $field->name, 'buddypress', $group->name );
		}
	}
	return $fields;
}

/** @return array The addresses that WooCommerce has of its customers. */
function roster_address_fields() {
	$fields = array();
	if ( ! function_exists( 'WC' ) || ! isset( WC()->countries ) ) {
		return $fields;
	}
	$groups = array(
		'billing_'  => __( 'Billing address', 'woocommerce' ), // phpcs:ignore WordPress.WP.I18n -- in WooCommerce's words.
		'shipping_' => __( 'Shipping address', 'woocommerce' ), // phpcs:ignore WordPress.WP.I18n
	);
	foreach ( $groups as $prefix => $group ) {
		foreach ( (array) WC()->countries->get_address_fields( '', $prefix ) as $key => $field ) {
			$fields[] = roster_field( "meta:$key", empty( $field['label'] ) ? $key : $field['label'], 'woocommerce', $group );
		}
	}
	return $fields;
}

/** @return array Usermeta that the newest accounts have. All accounts would be too many to look at. */
function roster_meta_fields( $sample ) {
	global $wpdb;
	$ids    = $wpdb->get_col( $wpdb->prepare( "SELECT ID FROM {$wpdb->users} ORDER BY ID DESC LIMIT %d", roster_page_limit( array( 'limit' => $sample ) ) ) );
	$ids    = implode( ',', array_map( 'intval', (array) $ids ) );
	$fields = array();
	$rows   = '' === $ids ? array() : $wpdb->get_results( "SELECT meta_key, COUNT(DISTINCT user_id) AS accounts FROM {$wpdb->usermeta} WHERE user_id IN ({$ids}) GROUP BY meta_key ORDER BY accounts DESC, meta_key" );
	foreach ( (array) $rows as $row ) {
		if ( ! in_array( $row->meta_key, Roster_Values::PREFERENCES, true ) ) {
			$fields[] = roster_field( "meta:{$row->meta_key}", $row->meta_key, 'usermeta', '' ) + array( 'accounts' => (int) $row->accounts );
		}
	}
	return $fields;
}

/** @return array A field as `fields` has it. */
function roster_field( $target, $label, $source, $group ) {
	return array(
		'target' => (string) $target,
		'label'  => (string) $label,
		'source' => $source,
		'group'  => (string) $group,
	);
}

/** @return int How many rows a page of a list may have. */
function roster_page_limit( array $message ) {
	$limit = isset( $message['limit'] ) ? (int) $message['limit'] : 500;
	return max( 1, min( Roster_Values::PAGE_MAX, $limit ) );
}

/** @return array One page of the link table: linked accounts, and ids whose deletion is remembered. */
function roster_report( array $message ) {
	global $wpdb;
	$table = roster_table();
	$rows  = $wpdb->get_results(
		$wpdb->prepare(
			"SELECT r.scim_id, r.user_id, r.version, r.deleted, u.ID AS account, m.umeta_id AS closed FROM {$table} r
			LEFT JOIN {$wpdb->users} u ON u.ID = r.user_id
			LEFT JOIN {$wpdb->usermeta} m ON m.user_id = r.user_id AND m.meta_key = 'roster_deactivated'
			WHERE r.scim_id > %s AND r.version > 0 AND ( r.deleted = 1 OR u.ID IS NOT NULL ) ORDER BY r.scim_id LIMIT %d",
			$message['after'],
			roster_page_limit( $message )
		)
	);
	$list = array();
	foreach ( (array) $rows as $row ) {
		$list[] = array(
			'scimId'  => $row->scim_id,
			'userId'  => $row->deleted ? 0 : (int) $row->user_id,
			'version' => (int) $row->version,
			'active'  => ! $row->deleted && null === $row->closed,
			'deleted' => (bool) $row->deleted,
		);
	}
	return $list;
}

/** @return array One page of all accounts, with three statements whatever the size of the page. */
function roster_accounts( array $message ) {
	global $wpdb;
	$table = roster_table();
	$users = $wpdb->get_results(
		$wpdb->prepare(
			"SELECT ID, user_login, user_email, user_url, display_name FROM {$wpdb->users} WHERE ID > %d ORDER BY ID LIMIT %d",
			$message['after'],
			roster_page_limit( $message )
		)
	);
	if ( ! $users ) {
		return array();
	}
	$ids   = implode( ',', array_map( 'intval', wp_list_pluck( $users, 'ID' ) ) );
	$links = array();
	foreach ( $wpdb->get_results( "SELECT user_id, scim_id FROM {$table} WHERE deleted = 0 AND user_id IN ({$ids})" ) as $link ) {
		$links[ (int) $link->user_id ] = $link->scim_id;
	}
	$meta = array();
	$rows = $wpdb->get_results(
		"SELECT user_id, meta_key, meta_value FROM {$wpdb->usermeta} WHERE user_id IN ({$ids}) AND ( meta_key IN
		('first_name','last_name','nickname','description','locale','roster_deactivated','roster_user_name','roster_external_id','_roster_kept') OR meta_key LIKE '%capabilities' )"
	);
	foreach ( $rows as $row ) {
		$meta[ (int) $row->user_id ][ $row->meta_key ] = $row->meta_value;
	}
	$list = array();
	foreach ( $users as $user ) {
		$id     = (int) $user->ID;
		$list[] = roster_account( $user, isset( $meta[ $id ] ) ? $meta[ $id ] : array(), isset( $links[ $id ] ) ? $links[ $id ] : null );
	}
	return $list;
}

/** @return array One account as the list has it. */
function roster_account( $user, array $meta, $scim_id ) {
	$caps  = roster_caps_in( $meta );
	$main  = get_main_site_id();
	$roles = isset( $caps[ $main ] ) ? array_keys( array_intersect_key( array_filter( $caps[ $main ] ), roster_roles_of( $main ) ) ) : array();
	$text  = static function ( $key ) use ( $meta ) {
		return isset( $meta[ $key ] ) ? (string) $meta[ $key ] : '';
	};
	return array(
		'userId'        => (int) $user->ID,
		'login'         => $user->user_login,
		'email'         => $user->user_email,
		'firstName'     => $text( 'first_name' ),
		'lastName'      => $text( 'last_name' ),
		'displayName'   => $user->display_name,
		'nickname'      => $text( 'nickname' ),
		'url'           => $user->user_url,
		'description'   => $text( 'description' ),
		'locale'        => $text( 'locale' ),
		'roles'         => $roles,
		'active'        => '' === $text( 'roster_deactivated' ),
		'administrator' => roster_is_super_admin( $user->user_login ) || roster_is_beyond( $caps ),
		'scimId'        => $scim_id,
		'userName'      => null === $scim_id || '' === $text( 'roster_user_name' ) ? null : $text( 'roster_user_name' ),
		'externalId'    => null === $scim_id || '' === $text( 'roster_external_id' ) ? null : $text( 'roster_external_id' ),
	);
}

/*
 * ---------------------------------------------------------------------------------------------------------------------
 * Link table
 * ---------------------------------------------------------------------------------------------------------------------
 */

/**
 * @return string The table that links SCIM ids to accounts. One row a SCIM id:
 *     user_id   0 where there is no account any more
 *     version   the highest that was applied
 *     deleted   1 when the provider deleted the user
 *     updated   seconds since 1970
 *     state     JSON: what Roster itself gave, so that it takes nothing else away
 */
function roster_table() {
	global $wpdb;
	return $wpdb->base_prefix . 'roster';
}

/** @return bool Whether the link table is there. */
function roster_has_table() {
	global $wpdb;
	static $has = false;
	// Some servers keep all names in lower case.
	$has = $has || 0 === strcasecmp( roster_table(), (string) $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( roster_table() ) ) ) );
	return $has;
}

/** Makes the link table where it is missing. Never inside a transaction: it would be committed. */
function roster_make_table() {
	global $wpdb;
	if ( roster_has_table() ) {
		return;
	}
	// The ids are compared byte for byte. InnoDB by name: another default engine may have no transactions.
	$table = roster_table();
	$ascii = roster_is_sqlite() ? '' : 'CHARACTER SET ascii COLLATE ascii_bin';
	$wpdb->query(
		"CREATE TABLE IF NOT EXISTS {$table} (
			scim_id varchar(128) {$ascii} NOT NULL,
			user_id bigint(20) unsigned NOT NULL DEFAULT 0,
			version bigint(20) unsigned NOT NULL DEFAULT 0,
			deleted tinyint(1) unsigned NOT NULL DEFAULT 0,
			updated bigint(20) unsigned NOT NULL DEFAULT 0,
			state longtext NOT NULL,
			PRIMARY KEY  (scim_id),
			KEY user_id (user_id)
		) ENGINE=InnoDB {$wpdb->get_charset_collate()}"
	);
	if ( ! roster_has_table() ) {
		throw new RuntimeException( 'The link table cannot be made: ' . $wpdb->last_error );
	}
}

/** @return string The SCIM id that an account is linked to; empty when there is none. A deleted one does not count. */
function roster_linked_scim_id( $user_id ) {
	global $wpdb;
	$table = roster_table();
	return (string) $wpdb->get_var( $wpdb->prepare( "SELECT scim_id FROM {$table} WHERE user_id = %d AND deleted = 0 LIMIT 1", $user_id ) );
}

/** Forgets the link of an account that somebody deleted, as its number may be given again. */
function roster_unlink_deleted( $user_id ) {
	global $wpdb;
	// On a network the same action says that an account has only left one site.
	if ( ! Roster_State::$applying && roster_has_table() && ! roster_user_row( $user_id ) ) {
		$wpdb->update( roster_table(), array( 'user_id' => 0 ), array( 'user_id' => $user_id ) );
	}
}

/*
 * ---------------------------------------------------------------------------------------------------------------------
 * Transactions, locks and caches
 * ---------------------------------------------------------------------------------------------------------------------
 */

/**
 * Holds named locks on logins and e-mail addresses, which have no unique index: two new users with one name must not
 * both find it free. They are taken in one order and before the transaction, so that nobody waits in a circle and the
 * transaction sees what the last holder committed.
 */
function roster_take_locks( array $names ) {
	global $wpdb;
	if ( roster_is_sqlite() ) {
		return;
	}
	$names = array_unique( $names );
	sort( $names );
	$quiet = $wpdb->suppress_errors( true );
	foreach ( $names as $name ) {
		$lock = 'roster:' . md5( DB_NAME . '/' . $wpdb->base_prefix . '/' . $name );
		$got  = $wpdb->get_var( $wpdb->prepare( 'SELECT GET_LOCK(%s, %d)', $lock, Roster_Values::LOCK_SECONDS ) );
		if ( '1' === (string) $got ) {
			Roster_State::$locks[] = $lock;
		} elseif ( '0' === (string) $got ) {
			$wpdb->suppress_errors( $quiet );
			roster_leave_locks();
			throw new Roster_Busy( 'Another change of the same login or e-mail address took too long.' );
		}
		// Null: a database without named locks. The window is small, and the next event shows what happened.
	}
	$wpdb->suppress_errors( $quiet );
}

/** Lets the named locks go. */
function roster_leave_locks() {
	global $wpdb;
	foreach ( Roster_State::$locks as $lock ) {
		$wpdb->get_var( $wpdb->prepare( 'SELECT RELEASE_LOCK(%s)', $lock ) );
	}
	Roster_State::$locks = array();
}

/**
 * Begins a transaction.
 *
 * Without autocommit, what follows a deadlock stands in a new transaction, which is rolled back too, instead of being
 * committed statement by statement. Without reconnecting, the same holds for what follows a lost connection.
 */
function roster_begin() {
	global $wpdb, $EZSQL_ERROR; // phpcs:ignore WordPress.NamingConventions.ValidVariableName
	if ( is_callable( array( $wpdb, 'send_reads_to_masters' ) ) ) {
		$wpdb->send_reads_to_masters();
	}
	Roster_State::$applying    = true;
	Roster_State::$transaction = true;
	Roster_State::$errors      = count( (array) $EZSQL_ERROR ); // phpcs:ignore WordPress.NamingConventions.ValidVariableName
	if ( roster_is_sqlite() ) {
		$wpdb->query( 'START TRANSACTION' );
		return;
	}
	// Not the 50 seconds of the default: whoever called would not wait for the answer.
	if ( false === $wpdb->query( $wpdb->prepare( 'SET autocommit = 0, innodb_lock_wait_timeout = %d', Roster_Values::LOCK_SECONDS ) ) ) {
		throw new Roster_Busy( $wpdb->last_error );
	}
	if ( property_exists( $wpdb, 'reconnect_retries' ) ) {
		Roster_State::$retries   = $wpdb->reconnect_retries;
		$wpdb->reconnect_retries = 0;
	}
	$wpdb->query( 'SAVEPOINT roster' );
}

/** Commits, if nothing of the transaction was lost. */
function roster_commit() {
	global $wpdb;
	$lost = roster_lost_statement();
	if ( ! roster_is_sqlite() ) {
		// The savepoint goes with a transaction that the database rolled back, or that somebody else committed.
		$any   = roster_new_errors();
		$quiet = $wpdb->suppress_errors( true );
		$kept  = false !== $wpdb->query( 'RELEASE SAVEPOINT roster' );
		$wpdb->suppress_errors( $quiet );
		if ( '' === $lost && ! $kept && $any ) {
			$lost = $any[0]['error_str'];
		}
	}
	if ( '' !== $lost || false === $wpdb->query( 'COMMIT' ) ) {
		throw new Roster_Busy( '' !== $lost ? $lost : $wpdb->last_error );
	}
	roster_end();
}

/** Rolls back what is open, whatever the reason. */
function roster_roll_back() {
	global $wpdb;
	if ( Roster_State::$transaction ) {
		$wpdb->query( 'ROLLBACK' );
		roster_end();
	}
	roster_leave_locks();
}

/** Leaves the state of a transaction. */
function roster_end() {
	global $wpdb;
	if ( ! roster_is_sqlite() ) {
		$wpdb->query( 'SET autocommit = 1, innodb_lock_wait_timeout = DEFAULT' );
		if ( null !== Roster_State::$retries ) {
			$wpdb->reconnect_retries = Roster_State::$retries;
		}
	}
	Roster_State::$retries     = null;
	Roster_State::$transaction = false;
	Roster_State::$applying    = false;
	Roster_State::$columns     = null;
}

/** @return array[] The database errors since the transaction began. */
function roster_new_errors() {
	global $EZSQL_ERROR; // phpcs:ignore WordPress.NamingConventions.ValidVariableName
	return array_slice( (array) $EZSQL_ERROR, Roster_State::$errors ); // phpcs:ignore WordPress.NamingConventions.ValidVariableName
}

/** @return string The error of a statement that should have changed an account; empty when none failed. */
function roster_lost_statement() {
	global $wpdb;
	$tables = implode( '|', array_map( 'preg_quote', array( $wpdb->users, $wpdb->usermeta, roster_table() ) ) );
	foreach ( roster_new_errors() as $error ) {
		if ( preg_match( "/^\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b.{0,200}?\b(?:{$tables})\b/is", (string) $error['query'] ) ) {
			return (string) $error['error_str'];
		}
	}
	return '';
}

/** @return object|null The row of an account, from the database and not from a cache. */
function roster_user_row( $user_id ) {
	global $wpdb;
	return $user_id ? $wpdb->get_row( $wpdb->prepare( "SELECT ID, user_login, user_nicename, user_email, user_pass FROM {$wpdb->users} WHERE ID = %d", $user_id ) ) : null;
}

/**
 * Drops what the object cache has of an account, under its old names and its new ones. A persistent cache may hold
 * what a rolled back transaction wrote, or what another request read before the commit.
 */
function roster_forget( $user_id, $names = array() ) {
	$rows = array( wp_cache_get( $user_id, 'users' ), roster_user_row( $user_id ), (object) $names );
	foreach ( array_filter( $rows, 'is_object' ) as $row ) {
		foreach ( array(
			'user_login'    => 'userlogins',
			'user_nicename' => 'userslugs',
			'user_email'    => 'useremail',
		) as $field => $group ) {
			if ( isset( $row->$field ) && '' !== $row->$field ) {
				wp_cache_delete( $row->$field, $group );
			}
		}
	}
	wp_cache_delete( $user_id, 'users' );
	wp_cache_delete( $user_id, 'user_meta' );
	wp_cache_set( 'last_changed', microtime(), 'users' );
}

/** Writes usermeta of our own outside an event. */
function roster_set_own_meta( $user_id, $key, $value ) {
	$before                 = Roster_State::$applying;
	Roster_State::$applying = true;
	update_user_meta( $user_id, $key, wp_slash( $value ) );
	Roster_State::$applying = $before;
}

/*
 * ---------------------------------------------------------------------------------------------------------------------
 * Accounts and their roles
 * ---------------------------------------------------------------------------------------------------------------------
 */

/** @return bool Whether an account is deactivated. */
function roster_is_deactivated( $user_id ) {
	return $user_id && '' !== (string) roster_own_meta( $user_id, 'roster_deactivated' );
}

/**
 * @return mixed Usermeta of our own; empty where there is none. Inside a transaction it comes from the database: another
 *               request may have put what was there before into a persistent cache.
 */
function roster_own_meta( $user_id, $key ) {
	global $wpdb;
	if ( ! Roster_State::$transaction ) {
		return get_user_meta( $user_id, $key, true );
	}
	$value = $wpdb->get_var( $wpdb->prepare( "SELECT meta_value FROM {$wpdb->usermeta} WHERE user_id = %d AND meta_key = %s LIMIT 1", $user_id, $key ) );
	return null === $value ? '' : maybe_unserialize( $value );
}

/** @return WP_User An account with its roles on the current site, not from a cache. */
function roster_fresh_user( $user_id ) {
	wp_cache_delete( $user_id, 'user_meta' );
	return new WP_User( $user_id );
}

/** @return array What a deactivated account had: caps, a list for each site, and pass, the password hash. */
function roster_kept( $user_id ) {
	$kept = roster_own_meta( $user_id, '_roster_kept' );
	return array_merge(
		array(
			'caps' => array(),
			'pass' => '',
		),
		is_array( $kept ) ? $kept : array()
	);
}

/** @return string The usermeta key of the capabilities on a site. */
function roster_caps_key( $site ) {
	global $wpdb;
	return $wpdb->get_blog_prefix( $site ) . 'capabilities';
}

/** @return int The site that a usermeta key belongs to; 0 when it is not one of capabilities. */
function roster_caps_site( $key ) {
	global $wpdb;
	if ( ! preg_match( '/^' . preg_quote( $wpdb->base_prefix, '/' ) . '(?:(\d+)_)?capabilities$/', (string) $key, $match ) ) {
		return 0;
	}
	return isset( $match[1] ) ? (int) $match[1] : 1;
}

/** @return array The capabilities on each site; those put away where the account is deactivated. */
function roster_caps_in( array $meta ) {
	if ( isset( $meta['roster_deactivated'] ) && '' !== $meta['roster_deactivated'] ) {
		$kept = isset( $meta['_roster_kept'] ) ? maybe_unserialize( $meta['_roster_kept'] ) : array();
		return is_array( $kept ) && isset( $kept['caps'] ) && is_array( $kept['caps'] ) ? $kept['caps'] : array();
	}
	$caps = array();
	foreach ( $meta as $key => $value ) {
		$site = roster_caps_site( $key );
		if ( $site ) {
			$value         = maybe_unserialize( $value );
			$caps[ $site ] = is_array( $value ) ? $value : array();
		}
	}
	return $caps;
}

/** @return array The first value of each usermeta key of an account. */
function roster_meta_of( $user_id ) {
	$meta = array();
	wp_cache_delete( $user_id, 'user_meta' );
	foreach ( (array) get_user_meta( $user_id ) as $key => $values ) {
		$meta[ $key ] = is_array( $values ) ? reset( $values ) : $values;
	}
	return $meta;
}

/** @return array The roles of a site, each with its capabilities. */
function roster_roles_of( $site ) {
	global $wpdb;
	static $known = array();
	if ( ! is_multisite() || get_current_blog_id() === (int) $site ) {
		return array_map(
			static function ( $role ) {
				return isset( $role['capabilities'] ) ? (array) $role['capabilities'] : array();
			},
			wp_roles()->roles
		);
	}
	if ( ! isset( $known[ $site ] ) ) {
		$known[ $site ] = array();
		if ( ! get_site( $site ) ) {
			return array();
		}
		foreach ( (array) get_blog_option( $site, $wpdb->get_blog_prefix( $site ) . 'user_roles', array() ) as $name => $role ) {
			$known[ $site ][ $name ] = isset( $role['capabilities'] ) ? (array) $role['capabilities'] : array();
		}
	}
	return $known[ $site ];
}

/** @return string The name of a role for people. */
function roster_role_name( $role ) {
	$names = wp_roles()->get_names();
	return isset( $names[ $role ] ) ? translate_user_role( $names[ $role ] ) : $role;
}

/** @return string The role that a site gives to whoever has none. */
function roster_default_role( $site ) {
	$role = (string) ( is_multisite() ? get_blog_option( $site, 'default_role' ) : get_option( 'default_role' ) );
	return array_key_exists( $role, roster_roles_of( $site ) ) ? $role : '';
}

/** @return bool Whether a role may be given on a site. */
function roster_role_is_allowed( $role, $site ) {
	$roles = roster_roles_of( $site );
	if ( ! array_key_exists( $role, $roles ) ) {
		return false;
	}
	if ( defined( 'ROSTER_ROLES' ) ) {
		return in_array( (string) $role, roster_words( 'ROSTER_ROLES' ), true );
	}
	return 'administrator' !== $role && ! array_intersect( Roster_Values::POWERS, array_keys( array_filter( $roles[ $role ] ) ) );
}

/** @return string[] The roles among capabilities on a site. */
function roster_roles_in( array $caps, $site ) {
	return array_map( 'strval', array_keys( array_intersect_key( array_filter( $caps ), roster_roles_of( $site ) ) ) );
}

/** @return bool Whether capabilities on a site make an administrator. */
function roster_caps_are_admin( array $caps, $site ) {
	$roles  = roster_roles_of( $site );
	$powers = array();
	foreach ( array_keys( array_filter( $caps ) ) as $cap ) {
		if ( 'administrator' === $cap ) {
			return true;
		}
		$powers[] = $cap;
		if ( isset( $roles[ $cap ] ) ) {
			$powers = array_merge( $powers, array_keys( array_filter( $roles[ $cap ] ) ) );
		}
	}
	return (bool) array_intersect( Roster_Values::ADMINISTRATOR_POWERS, $powers );
}

/** @return bool Whether capabilities on a site hold one that leads to more, by other roles than those that may be given there. */
function roster_caps_lead_to_more( array $caps, $site ) {
	$roles  = roster_roles_of( $site );
	$powers = array();
	foreach ( array_keys( array_filter( $caps ) ) as $cap ) {
		if ( ! isset( $roles[ $cap ] ) ) {
			$powers[] = $cap;
		} elseif ( ! roster_role_is_allowed( $cap, $site ) ) {
			$powers = array_merge( $powers, array_keys( array_filter( $roles[ $cap ] ) ) );
		}
	}
	return (bool) array_intersect( Roster_Values::POWERS, $powers );
}

/**
 * @return int[] The sites on which an account is an administrator, by other roles than those Roster gave there. With
 *               another test, the sites whose capabilities pass it.
 */
function roster_admin_sites( array $caps, array $given = array(), $test = 'roster_caps_are_admin' ) {
	$sites = array();
	foreach ( $caps as $site => $list ) {
		$others = isset( $given[ $site ] ) ? array_diff_key( (array) $list, array_flip( (array) $given[ $site ] ) ) : (array) $list;
		if ( $test( $others, $site ) ) {
			$sites[] = (int) $site;
		}
	}
	return $sites;
}

/** @return bool Whether an account may do what Roster may not give: who has the secret must not come by it. */
function roster_is_beyond( array $caps, array $given = array() ) {
	return roster_admin_sites( $caps, $given ) || roster_admin_sites( $caps, $given, 'roster_caps_lead_to_more' );
}

/** @return bool Whether a login is in the network's list of super administrators. */
function roster_is_super_admin( $login ) {
	return is_multisite() && in_array( $login, get_super_admins(), true );
}

/** @return bool Whether wp-config.php names an administrator as one that may be changed. */
function roster_is_named_admin( $login ) {
	return in_array( strtolower( $login ), array_map( 'strtolower', roster_words( 'ROSTER_ADMINISTRATORS' ) ), true );
}

/** @return bool Whether a site has an active administrator beside an account. Locks them against a second such change. */
function roster_has_other_admin( $site, $user_id ) {
	global $wpdb;
	$likes = array();
	foreach ( roster_roles_of( $site ) as $role => $unused ) {
		if ( roster_caps_are_admin( array( $role => true ), $site ) ) {
			$likes[] = $wpdb->prepare( 'meta_value LIKE %s', '%' . $wpdb->esc_like( '"' . $role . '"' ) . '%' );
		}
	}
	if ( ! $likes ) {
		return false;
	}
	$lock = Roster_State::$transaction && ! roster_is_sqlite() ? 'FOR UPDATE' : '';
	$rows = $wpdb->get_results(
		$wpdb->prepare( "SELECT user_id, meta_value FROM {$wpdb->usermeta} WHERE meta_key = %s AND user_id <> %d", roster_caps_key( $site ), $user_id )
		. ' AND ( ' . implode( ' OR ', $likes ) . " ) {$lock}"
	);
	foreach ( (array) $rows as $row ) {
		$caps = maybe_unserialize( $row->meta_value );
		$id   = (int) $row->user_id;
		if ( is_array( $caps ) && roster_caps_are_admin( $caps, $site ) && roster_user_row( $id ) && ! roster_is_deactivated( $id ) ) {
			return true;
		}
	}
	return false;
}

/** Changes roles on a site: of the account, or of what is put away for it while it is deactivated. */
function roster_change_roles( $user_id, $site, array $add, array $remove, $leave = false ) {
	if ( roster_is_deactivated( $user_id ) ) {
		$kept = roster_kept( $user_id );
		$caps = isset( $kept['caps'][ $site ] ) ? (array) $kept['caps'][ $site ] : array();
		$caps = array_diff_key( $caps + array_fill_keys( $add, true ), array_flip( array_diff( $remove, $add ) ) );
		if ( $leave ) {
			unset( $kept['caps'][ $site ] );
			remove_user_from_blog( $user_id, $site );
		} else {
			$kept['caps'][ $site ] = $caps;
		}
		update_user_meta( $user_id, '_roster_kept', wp_slash( $kept ) );
		return;
	}
	$switched = is_multisite() && get_current_blog_id() !== (int) $site;
	if ( $switched ) {
		switch_to_blog( $site );
	}
	if ( is_multisite() && $add && ! metadata_exists( 'user', $user_id, roster_caps_key( $site ) ) ) {
		$joined = add_user_to_blog( $site, $user_id, array_shift( $add ) );
		if ( is_wp_error( $joined ) ) {
			throw new Roster_Refusal( 'role_not_allowed', $joined->get_error_message() );
		}
	}
	$user = roster_fresh_user( $user_id );
	if ( 1 === count( $add ) && ! array_diff( $user->roles, $remove ) ) {
		// One for another: set_role, whose action other plugins wait for.
		$user->set_role( reset( $add ) );
	} else {
		array_map( array( $user, 'add_role' ), $add );
		array_map( array( $user, 'remove_role' ), $remove );
	}
	if ( $leave ) {
		remove_user_from_blog( $user_id, $site );
	}
	if ( $switched ) {
		restore_current_blog();
	}
}

/**
 * Deactivates an account so that it stays closed without this file too: the roles and the password hash are put away,
 * the sessions and the application passwords are gone. Closing a closed account takes what somebody gave it since.
 */
function roster_close_account( $user_id ) {
	global $wpdb;
	$kept  = roster_kept( $user_id );
	$first = ! roster_is_deactivated( $user_id );
	if ( $first ) {
		$kept = array(
			'caps' => roster_caps_in( roster_meta_of( $user_id ) ),
			'pass' => '',
		);
		update_user_meta( $user_id, '_roster_kept', wp_slash( $kept ) );
		update_user_meta( $user_id, 'roster_deactivated', time() );
	}
	roster_put_password_away( $user_id );
	roster_empty_roles( $user_id );
	$wpdb->update( $wpdb->users, array( 'user_activation_key' => '' ), array( 'ID' => $user_id ) );
	delete_user_meta( $user_id, '_new_email' );
	WP_Session_Tokens::get_instance( $user_id )->destroy_all();
	WP_Application_Passwords::delete_all_application_passwords( $user_id );
	roster_forget( $user_id );
}

/** Takes the roles on every site. The empty lists stay: the account stays a member and is seen in the lists. */
function roster_empty_roles( $user_id ) {
	foreach ( array_keys( roster_meta_of( $user_id ) ) as $key ) {
		$site = roster_caps_site( $key );
		$caps = $site ? get_user_meta( $user_id, $key, true ) : array();
		if ( ! $caps ) {
			continue;
		}
		if ( is_multisite() ) {
			switch_to_blog( $site );
		}
		$user = roster_fresh_user( $user_id );
		$user->set_role( '' );
		update_user_meta( $user_id, $key, array() );
		$user->for_site();
		$user->update_user_level_from_caps();
		if ( is_multisite() ) {
			restore_current_blog();
		}
	}
}

/** Puts the password hash of a deactivated account away. */
function roster_put_password_away( $user_id ) {
	global $wpdb;
	$row = roster_user_row( $user_id );
	if ( ! $row || 0 === strpos( $row->user_pass, Roster_Values::NO_PASSWORD ) ) {
		return;
	}
	$kept         = roster_kept( $user_id );
	$kept['pass'] = $row->user_pass;
	roster_set_own_meta( $user_id, '_roster_kept', $kept );
	$wpdb->update( $wpdb->users, array( 'user_pass' => Roster_Values::NO_PASSWORD ), array( 'ID' => $user_id ) );
	wp_cache_delete( $user_id, 'users' );
}

/** Reactivates an account: it gets back what was put away. */
function roster_open_account( $user_id ) {
	global $wpdb;
	$kept = roster_kept( $user_id );
	// What came past the block since then is not what was put away.
	roster_empty_roles( $user_id );
	WP_Session_Tokens::get_instance( $user_id )->destroy_all();
	WP_Application_Passwords::delete_all_application_passwords( $user_id );
	delete_user_meta( $user_id, 'roster_deactivated' );
	delete_user_meta( $user_id, '_roster_kept' );
	foreach ( $kept['caps'] as $site => $caps ) {
		if ( is_multisite() ? ! get_site( $site ) : get_current_blog_id() !== (int) $site ) {
			continue;
		}
		$roles = roster_roles_in( (array) $caps, $site );
		if ( is_multisite() ) {
			switch_to_blog( $site );
		}
		$user = roster_fresh_user( $user_id );
		$user->set_role( (string) array_shift( $roles ) );
		array_map( array( $user, 'add_role' ), $roles );
		foreach ( array_diff_key( (array) $caps, $user->caps ) as $cap => $grant ) {
			$user->add_cap( $cap, $grant );
		}
		if ( is_multisite() ) {
			restore_current_blog();
		}
	}
	$row = roster_user_row( $user_id );
	if ( $row && '' !== $kept['pass'] && 0 === strpos( $row->user_pass, Roster_Values::NO_PASSWORD ) ) {
		$wpdb->update( $wpdb->users, array( 'user_pass' => $kept['pass'] ), array( 'ID' => $user_id ) );
	}
	roster_forget( $user_id );
}

/** Gives wp_insert_user the column it would not take: a new login. */
function roster_add_columns( $data, $update, $user_id ) {
	if ( is_array( $data ) && Roster_State::$columns && (int) $user_id === Roster_State::$columns['ID'] ) {
		$data                  = array_merge( $data, array_diff_key( Roster_State::$columns, array( 'ID' => 0 ) ) );
		Roster_State::$columns = null;
	}
	return $data;
}

/** @return bool Whether a usermeta key may be written by a provider. The database takes many spellings for one. */
function roster_meta_key_is_open( $key ) {
	global $wpdb;
	if ( ! preg_match( '/^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/D', $key ) || strpbrk( $key, '\\\'"' ) ) {
		return false;
	}
	$lower  = strtolower( $key );
	$prefix = strtolower( $wpdb->base_prefix );
	// What WordPress cleans before it stores it has members of its own.
	if ( in_array( $lower, Roster_Values::FIELDS, true ) || in_array( $lower, array( 'id', 'user_login', 'user_pass', 'user_nicename' ), true ) ) {
		return false;
	}
	if ( preg_match( '/^_|^roster_|capabilities$|user_level$|user-settings|user_roles$|^session_tokens$|^primary_blog$|^source_domain$/', $lower ) ) {
		return false;
	}
	// What WordPress keeps for a site of its own, such as wp_dashboard_quick_press_last_post_id.
	if ( '_' === substr( $prefix, -1 ) && 0 === strpos( $lower, $prefix ) ) {
		return false;
	}
	return ! is_protected_meta( $key, 'user' );
}

/*
 * ---------------------------------------------------------------------------------------------------------------------
 * One event
 * ---------------------------------------------------------------------------------------------------------------------
 */

/**
 * Applies one event: reads it, finds the account, refuses what cannot be, and only then writes.
 */
final class Roster_Change {
	/** @var array The event and its user, as sent and as the filter roster_user left it. */
	private $event;
	private $user = array();

	/** @var string */
	private $type    = '';
	private $scim_id = '';

	/** @var int */
	private $version = 0;
	private $user_id = 0;

	/** @var object|null The row of the link table. */
	private $row;

	/** @var object|null The account's row before the change. */
	private $account;

	/**
	 * @var array What Roster itself gave: set (names of fields), roles, sites (site => role), password (a SHA-256 of the
	 *            last hash that was applied).
	 */
	private $state = array();

	/** @var array Found by the checks, used by the writing: login, fields, roles a site, given, sites, hash. */
	private $plan = array();

	/** @var string[] What could not be done and is not worth a refusal. */
	private $remarks = array();

	public function __construct( array $event ) {
		$this->event = $event;
		if ( isset( $event['user'] ) && is_array( $event['user'] ) ) {
			$this->user = $event['user'];
		}
		$this->type    = isset( $event['type'] ) && is_string( $event['type'] ) ? $event['type'] : '';
		$this->version = isset( $event['version'] ) && is_int( $event['version'] ) ? $event['version'] : 0;
		$this->scim_id = isset( $this->user['scimId'] ) && is_string( $this->user['scimId'] ) ? $this->user['scimId'] : '';
	}

	/** @return array The result as it goes over the wire. */
	public function result( $status, $code, $message = null, $scim_type = null ) {
		$row = $this->user_id ? roster_user_row( $this->user_id ) : null;
		return array(
			'id'       => isset( $this->event['id'] ) ? $this->event['id'] : null,
			'scimId'   => $this->scim_id,
			'version'  => $this->version,
			'status'   => $status,
			'userId'   => $row ? (int) $row->ID : null,
			'login'    => $row ? $row->user_login : null,
			'code'     => $code,
			'scimType' => $scim_type,
			'message'  => $message ? wp_strip_all_tags( $message ) : null,
		);
	}

	/** @return array The result of a refusal. */
	public function refused( Roster_Refusal $refusal, $remark = '' ) {
		$result = $this->result( 'refused', $refusal->reason, $refusal->getMessage() . $remark, $refusal->scim_type() );
		return '' === $refusal->conflict ? $result : $result + array( 'conflict' => $refusal->conflict );
	}

	/** @return array The result. Throws Roster_Refusal, Roster_Busy, and whatever hooks of other plugins throw. */
	public function run() {
		$this->read();
		if ( 'user.validate' === $this->type ) {
			$this->load_row( false );
			$this->find_account();
			// To lock out somebody who is not here is done already.
			if ( ! $this->user_id && '' === $this->asked_login() && ! $this->wants_active() ) {
				return $this->result( 'ok', 'absent' );
			}
			$this->check();
			return $this->result( 'ok', 'ok' ) + ( empty( $this->event['preview'] ) ? array() : $this->preview() );
		}
		$site = get_current_blog_id();
		try {
			roster_take_locks( $this->lock_names() );
			roster_begin();
			$result = $this->apply();
			roster_commit();
		} catch ( Throwable $problem ) {
			roster_roll_back();
			while ( is_multisite() && ms_is_switched() && get_current_blog_id() !== $site ) {
				restore_current_blog();
			}
			$this->forget();
			throw $problem;
		} finally {
			roster_leave_locks();
		}
		$this->forget();
		$this->announce( $result );
		return $result;
	}

	/** Reads what the event must have. */
	private function read() {
		if ( ! in_array( $this->type, array( 'user.upsert', 'user.delete', 'user.detach', 'user.validate' ), true ) ) {
			throw new Roster_Refusal( 'scim_malformed', 'This type of event is not known.' );
		}
		if ( ! preg_match( '/^[\x21-\x7e]{1,128}$/D', $this->scim_id ) ) {
			throw new Roster_Refusal( 'scim_malformed', 'The event has no scimId.' );
		}
		// One that is too high for some program would keep all later ones out.
		if ( 'user.validate' !== $this->type && ( $this->version < 1 || $this->version > Roster_Values::VERSION_MAX ) ) {
			throw new Roster_Refusal( 'scim_malformed', 'The event has no version.' );
		}
		/**
		 * Changes what an event asks before it is looked at.
		 *
		 * @param array $user  The event's user.
		 * @param array $event The whole event.
		 */
		$user       = apply_filters( 'roster_user', $this->user, $this->event );
		$this->user = array_merge( is_array( $user ) ? $user : $this->user, array( 'scimId' => $this->scim_id ) );
	}

	/** @return string[] What two events at a time must not both take. */
	private function lock_names() {
		if ( 'user.upsert' !== $this->type ) {
			return array();
		}
		$names = array();
		if ( '' !== $this->asked_login() ) {
			$names[] = 'login:' . strtolower( roster_clean_login( $this->asked_login() ) );
		}
		if ( '' !== $this->text( 'email' ) ) {
			$names[] = 'email:' . strtolower( $this->text( 'email' ) );
		}
		if ( $this->asked_id() ) {
			$names[] = 'user:' . $this->asked_id();
		}
		return $names;
	}

	/** @return array The result, inside a transaction. */
	private function apply() {
		$this->load_row( true );
		if ( $this->is_old() ) {
			$this->user_id = (int) $this->row->user_id;
			return $this->result( 'ignored', 'old_version' ) + array( 'known' => (int) $this->row->version );
		}
		if ( 'user.delete' === $this->type ) {
			return $this->delete();
		}
		if ( 'user.detach' === $this->type ) {
			return $this->detach();
		}
		$this->find_account();
		try {
			$this->check();
		} catch ( Roster_Refusal $refusal ) {
			return $this->close_at_least( $refusal );
		}
		return $this->write();
	}

	/**
	 * Somebody who has left gets out even where something else of the event is refused, such as an address or a role.
	 * What was refused stays so, and the version with it.
	 *
	 * @return array The result.
	 */
	private function close_at_least( Roster_Refusal $refusal ) {
		if ( ! $this->account || ( 'user.delete' !== $this->type && $this->wants_active() ) || roster_is_deactivated( $this->user_id ) ) {
			throw $refusal;
		}
		$this->check_guard();
		$this->check_beyond();
		$this->check_super_admin();
		$this->check_last_admin( false );
		roster_close_account( $this->user_id );
		return $this->refused( $refusal, ' The account is deactivated all the same.' );
	}

	/**
	 * Reads the row of the link table. With a lock, the row is made first: there must be something to lock. INSERT IGNORE
	 * would take a shared lock, and two of those wait for each other.
	 */
	private function load_row( $lock ) {
		global $wpdb;
		$table = roster_table();
		$insert = "INSERT INTO {$table} (scim_id, user_id, version, deleted, updated, state) VALUES (%s, 0, 0, 0, 0, '') ON DUPLICATE KEY UPDATE version = version";
		if ( $lock && false === $wpdb->query( $wpdb->prepare( $insert, $this->scim_id ) ) ) {
			throw new Roster_Busy( 'The link cannot be locked. ' . $wpdb->last_error );
		}
		$for       = $lock && ! roster_is_sqlite() ? 'FOR UPDATE' : '';
		$this->row = $wpdb->get_row( $wpdb->prepare( "SELECT user_id, version, deleted, state FROM {$table} WHERE scim_id = %s {$for}", $this->scim_id ) );
		if ( $lock && ! $this->row ) {
			throw new Roster_Busy( 'The link cannot be locked. ' . $wpdb->last_error );
		}
		$this->read_state( $this->row ? $this->row->state : '' );
	}

	private function read_state( $json ) {
		$state       = json_decode( (string) $json, true );
		$this->state = array_merge(
			array(
				'set'      => array(),
				'roles'    => array(),
				'sites'    => array(),
				'password' => '',
			),
			is_array( $state ) ? $state : array()
		);
	}

	/** @return bool Whether this version, or a later one, was applied. Not so where the account has vanished since. */
	private function is_old() {
		$applied = (int) $this->row->version;
		$gone    = ! $this->row->deleted && 'user.upsert' === $this->type && ! $this->linked_id();
		return $gone ? $applied > $this->version : $applied >= $this->version;
	}

	/** @return int The account that the row links; 0 when it is not there any more. */
	private function linked_id() {
		$id = $this->row ? (int) $this->row->user_id : 0;
		if ( ! $id || ! roster_user_row( $id ) ) {
			return 0;
		}
		roster_forget( $id );
		// The account must know of the link too: a database may give the number of a lost account to another one.
		return (string) roster_own_meta( $id, 'roster_scim_id' ) === $this->scim_id ? $id : 0;
	}

	/** Finds the account: linked, named by an import, or adopted. 0: one has to be made. */
	private function find_account() {
		$this->user_id = $this->linked_id();
		if ( ! $this->user_id ) {
			$this->user_id = $this->named_id();
		}
		if ( ! $this->user_id ) {
			$this->user_id = $this->former_id();
		}
		if ( ! $this->user_id ) {
			$this->user_id = $this->adopted_id();
		}
		if ( $this->user_id ) {
			roster_forget( $this->user_id );
		}
		$this->account = roster_user_row( $this->user_id );
	}

	private function asked_id() {
		return isset( $this->user['userId'] ) && is_int( $this->user['userId'] ) && $this->user['userId'] > 0 ? $this->user['userId'] : 0;
	}

	/** @return int The account that the event names, where it is free. */
	private function named_id() {
		$id = $this->asked_id();
		return $id && roster_user_row( $id ) && $this->is_free( $id ) ? $id : 0;
	}

	/** @return bool Whether no other SCIM user has an account. */
	private function is_free( $id ) {
		return in_array( roster_linked_scim_id( $id ), array( '', $this->scim_id ), true );
	}

	/**
	 * @return int The account that was closed when its SCIM user was deleted, and that comes back with the same login and
	 *             address. Another external id is another person, who must not get it.
	 */
	private function former_id() {
		global $wpdb;
		$table = roster_table();
		$login = roster_clean_login( $this->asked_login() );
		$email = $this->text( 'email' );
		if ( '' === $login || '' === $email ) {
			return 0;
		}
		$id = (int) $wpdb->get_var( $wpdb->prepare( "SELECT u.ID FROM {$wpdb->users} u JOIN {$table} l ON l.user_id = u.ID AND l.deleted = 1 WHERE u.user_login = %s AND u.user_email = %s LIMIT 1", $login, $email ) );
		if ( ! $id || ! roster_is_deactivated( $id ) ) {
			return 0;
		}
		$was = (string) get_user_meta( $id, 'roster_external_id', true );
		$is  = $this->text( 'externalId' );
		return '' === $was || '' === $is || $was === $is ? $id : 0;
	}

	/** @return int The hand-made account that a new user takes over, where wp-config.php lets it. */
	private function adopted_id() {
		global $wpdb;
		$adopt = roster_adopt();
		$value = 'login' === $adopt ? roster_clean_login( $this->asked_login() ) : $this->text( 'email' );
		if ( 'none' === $adopt || '' === $value ) {
			return 0;
		}
		$column = 'login' === $adopt ? 'user_login' : 'user_email';
		$ids    = $wpdb->get_col( $wpdb->prepare( "SELECT ID FROM {$wpdb->users} WHERE {$column} = %s LIMIT 2", $value ) );
		$id     = 1 === count( $ids ) ? (int) $ids[0] : 0;
		if ( ! $id || ! $this->is_free( $id ) ) {
			return 0;
		}
		$row = roster_user_row( $id );
		return $this->is_guarded( $id, $row->user_login, array() ) || $this->is_beyond( $id, $row->user_login, array() ) ? 0 : $id;
	}

	/** @return bool Whether an account that nobody named may do more than Roster may give. Roles that Roster gave do not count. */
	private function is_beyond( $id, $login, array $given ) {
		return ! roster_is_named_admin( $login ) && roster_is_beyond( roster_caps_in( roster_meta_of( $id ) ), $given );
	}

	/** @return bool Whether an account is an administrator that nobody named. Roles that Roster gave do not count. */
	private function is_guarded( $id, $login, array $given ) {
		if ( roster_is_named_admin( $login ) ) {
			return false;
		}
		roster_forget( $id );
		return roster_is_super_admin( $login ) || roster_admin_sites( roster_caps_in( roster_meta_of( $id ) ), $given );
	}

	/** @return array The roles that Roster gave, a list for each site. */
	private function given_roles() {
		$given = array( get_main_site_id() => (array) $this->state['roles'] );
		foreach ( (array) $this->state['sites'] as $site => $role ) {
			$given[ (int) $site ][] = $role;
		}
		return $given;
	}

	/*
	 * Checks. They write nothing, and say all that user.validate says.
	 */

	private function check() {
		$this->check_guard();
		$this->check_beyond();
		$this->plan_login();
		$this->plan_fields();
		$this->plan_roles();
		$this->check_meta();
		$this->plan_password();
		if ( $this->account && ! $this->wants_active() ) {
			$this->check_super_admin();
		}
		$this->check_last_admin( $this->wants_active() );
	}

	/** @return bool Whether the account is to be active. */
	private function wants_active() {
		return array_key_exists( 'active', $this->user ) && null !== $this->user['active']
			? filter_var( $this->user['active'], FILTER_VALIDATE_BOOLEAN )
			: ! $this->user_id || ! roster_is_deactivated( $this->user_id );
	}

	private function check_guard() {
		if ( $this->account && $this->is_guarded( $this->user_id, $this->account->user_login, $this->given_roles() ) ) {
			$code = roster_is_super_admin( $this->account->user_login ) ? 'super_admin' : 'administrator';
			throw new Roster_Refusal( $code, 'The account is an administrator of this site, and ROSTER_ADMINISTRATORS does not name it.' );
		}
	}

	/** An account with rights that Roster may not give is not changed. It can be closed, as its user may leave. */
	private function check_beyond() {
		if ( ! $this->account || ! $this->is_beyond( $this->user_id, $this->account->user_login, $this->given_roles() ) ) {
			return;
		}
		if ( ( 'user.delete' !== $this->type && $this->wants_active() ) || $this->linked_id() !== $this->user_id ) {
			throw new Roster_Refusal( 'administrator', 'The account has rights that Roster may not give, and neither ROSTER_ROLES names its role nor ROSTER_ADMINISTRATORS the account.' );
		}
		if ( 'user.delete' === $this->type ) {
			return;
		}
		$this->user      = array(
			'scimId' => $this->scim_id,
			'active' => false,
		);
		$this->remarks[] = 'Nothing else is changed: the account has rights that Roster may not give.';
	}

	private function check_super_admin() {
		if ( $this->account && roster_is_super_admin( $this->account->user_login ) ) {
			throw new Roster_Refusal( 'super_admin', 'The account is a super administrator of the network.' );
		}
	}

	/** Refuses to leave a site without an active administrator. */
	private function check_last_admin( $stays_active ) {
		if ( ! $this->account || roster_is_deactivated( $this->user_id ) ) {
			return;
		}
		foreach ( roster_caps_in( roster_meta_of( $this->user_id ) ) as $site => $caps ) {
			if ( ! roster_caps_are_admin( $caps, $site ) ) {
				continue;
			}
			$plan  = isset( $this->plan['roles'][ $site ] ) ? $this->plan['roles'][ $site ] : array();
			$add   = isset( $plan['add'] ) ? $plan['add'] : array();
			$after = array_diff_key( $caps, array_flip( isset( $plan['remove'] ) ? $plan['remove'] : array() ) ) + array_fill_keys( $add, true );
			if ( ( ! $stays_active || ! roster_caps_are_admin( $after, $site ) ) && ! roster_has_other_admin( $site, $this->user_id ) ) {
				throw new Roster_Refusal( 'last_admin', 'The account is the last active administrator of the site.' );
			}
		}
	}

	/** @return string A text member; empty where it is missing. */
	private function text( $name ) {
		return isset( $this->user[ $name ] ) && is_scalar( $this->user[ $name ] ) ? (string) $this->user[ $name ] : '';
	}

	private function asked_login() {
		return '' !== $this->text( 'login' ) ? $this->text( 'login' ) : $this->text( 'userName' );
	}

	/** Finds the login to have, when it is another than now. */
	private function plan_login() {
		global $wpdb;
		$asked = $this->asked_login();
		if ( '' === $asked && $this->account ) {
			return;
		}
		$login = roster_clean_login( $asked );
		if ( '' === $login ) {
			throw new Roster_Refusal( 'empty_user_login', 'Nothing of the user name is left that WordPress takes as a login.' );
		}
		if ( $login !== $asked && 'refuse' === $this->text( 'onUnfit' ) ) {
			throw new Roster_Refusal( 'invalid_username', "WordPress would make the login $login of the user name." );
		}
		if ( mb_strlen( $login ) > 60 ) {
			throw new Roster_Refusal( 'user_login_too_long', 'A login has at most 60 characters.' );
		}
		if ( $this->account && $login === $this->account->user_login ) {
			return;
		}
		if ( $this->account && $this->must_keep_login( $login ) ) {
			$this->remarks[] = 'The login stays, as ROSTER_ADMINISTRATORS names it.';
			return;
		}
		$illegal = array_map( 'strtolower', (array) apply_filters( 'illegal_user_logins', array() ) ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- WordPress's own.
		if ( in_array( strtolower( $login ), $illegal, true ) ) {
			throw new Roster_Refusal( 'invalid_username', 'This site does not allow the login.' );
		}
		$other = (int) $wpdb->get_var( $wpdb->prepare( "SELECT ID FROM {$wpdb->users} WHERE user_login = %s AND ID <> %d LIMIT 1", $login, $this->user_id ) );
		if ( $other ) {
			throw new Roster_Refusal( 'existing_user_login', "Another account has the login $login.", roster_linked_scim_id( $other ) );
		}
		// WordPress would ask the cache, which may remember an account that is gone.
		wp_cache_delete( $login, 'userlogins' );
		$this->plan['login'] = $login;
	}

	/** @return bool Whether a new name would make of a named administrator one that nobody named. */
	private function must_keep_login( $login ) {
		return roster_is_named_admin( $this->account->user_login ) && ! roster_is_named_admin( $login )
			&& ( roster_is_super_admin( $this->account->user_login ) || roster_is_beyond( roster_caps_in( roster_meta_of( $this->user_id ) ) ) );
	}

	/** Finds the fields to set. */
	private function plan_fields() {
		global $wpdb;
		$fields = array();
		foreach ( Roster_Values::FIELDS as $name => $field ) {
			if ( array_key_exists( $name, $this->user ) ) {
				if ( null !== $this->user[ $name ] && ! is_scalar( $this->user[ $name ] ) ) {
					throw new Roster_Refusal( 'scim_malformed', "$name is not a text." );
				}
				$fields[ $name ] = $this->text( $name );
			} elseif ( $this->is_unset( $name ) ) {
				$fields[ $name ] = '';
			}
		}
		foreach ( Roster_Values::COLUMNS as $column => $max ) {
			$name = array_search( $column, Roster_Values::FIELDS, true );
			if ( ! isset( $fields[ $name ] ) || '' === $fields[ $name ] ) {
				continue;
			}
			if ( mb_strlen( $fields[ $name ] ) > $max ) {
				throw new Roster_Refusal( 'too_long', "$name has at most $max characters." );
			}
			$this->check_characters( $name, $fields[ $name ], $wpdb->users, $column );
		}
		foreach ( array_diff( Roster_Values::FIELDS, array_keys( Roster_Values::COLUMNS ) ) as $name => $field ) {
			$this->check_characters( $name, isset( $fields[ $name ] ) ? $fields[ $name ] : '', $wpdb->usermeta, 'meta_value' );
		}
		if ( isset( $fields['email'] ) && '' !== $fields['email'] ) {
			$this->check_email( $fields['email'] );
		}
		if ( isset( $fields['locale'] ) ) {
			$fields['locale'] = roster_clean_locale( $fields['locale'] );
		}
		$this->plan['fields'] = $fields;
	}

	/** A table without four-byte characters drops the whole row in silence. */
	private function check_characters( $name, $value, $table, $column ) {
		global $wpdb;
		if ( '' !== $value && ! preg_match( '/^[\x00-\x7f]*$/D', $value ) && $wpdb->strip_invalid_text_for_column( $table, $column, $value ) !== $value ) {
			throw new Roster_Refusal( 'too_long', "$name has characters that do not fit into the database." );
		}
	}

	private function check_email( $email ) {
		global $wpdb;
		// WordPress cleans an address before it looks at it, and would take another one than was sent.
		if ( ! is_email( $email ) || sanitize_email( $email ) !== $email ) {
			throw new Roster_Refusal( 'invalid_email', 'WordPress does not take the e-mail address.' );
		}
		$other = (int) $wpdb->get_var( $wpdb->prepare( "SELECT ID FROM {$wpdb->users} WHERE user_email = %s AND ID <> %d LIMIT 1", $email, $this->user_id ) );
		if ( $other ) {
			throw new Roster_Refusal( 'existing_user_email', 'Another account has the e-mail address.', roster_linked_scim_id( $other ) );
		}
		wp_cache_delete( $email, 'useremail' );
	}

	/** @return array A list or an object of the event; empty where it is missing. */
	private function listed( $name ) {
		return isset( $this->user[ $name ] ) && is_array( $this->user[ $name ] ) ? $this->user[ $name ] : array();
	}

	/** @return bool Whether Roster set a target that has no value any more. */
	private function is_unset( $name ) {
		return in_array( $name, $this->listed( 'unset' ), true ) && in_array( $name, $this->state['set'], true );
	}

	/** Finds the roles to give and to take on each site. */
	private function plan_roles() {
		$this->plan['roles'] = array();
		$caps                = $this->user_id ? roster_caps_in( roster_meta_of( $this->user_id ) ) : array();
		$sites               = is_multisite() && isset( $this->user['sites'] ) ? $this->listed( 'sites' ) : null;
		$main                = get_main_site_id();
		$this->plan_main_roles( $main, isset( $caps[ $main ] ) ? $caps[ $main ] : array(), $sites );
		if ( null === $sites ) {
			return;
		}
		foreach ( array_unique( array_merge( array_keys( $sites ), array_keys( $this->state['sites'] ) ) ) as $site ) {
			$id = (int) $site;
			if ( $id !== $main ) {
				$this->plan_site_role( $id, isset( $caps[ $id ] ) ? $caps[ $id ] : null, isset( $sites[ $site ] ) ? $sites[ $site ] : null );
			}
		}
	}

	private function check_role( $role, $site ) {
		if ( ! is_string( $role ) || ! roster_role_is_allowed( $role, $site ) ) {
			$name = is_string( $role ) ? $role : '?';
			throw new Roster_Refusal( 'role_not_allowed', "The role $name does not exist here or must not be given." );
		}
	}

	/** What Roster gave and does not want goes; so does what rules name; what stays is what somebody else gave. */
	private function plan_main_roles( $main, array $caps, $sites ) {
		$wanted  = array_values( $this->listed( 'roles' ) );
		$managed = isset( $this->user['managedRoles'] ) ? array_filter( $this->listed( 'managedRoles' ), 'is_string' ) : null;
		$named   = null !== $sites && array_key_exists( $main, $sites );
		if ( $named && null !== $sites[ $main ] ) {
			$wanted[] = $sites[ $main ];
		}
		foreach ( $wanted as $role ) {
			$this->check_role( $role, $main );
		}
		$wanted   = array_values( array_unique( $wanted ) );
		$existing = roster_roles_in( $caps, $main );
		$given    = $this->state['roles'];
		$silent   = ! $wanted && null === $managed && ! $named;
		if ( $silent && $this->user_id ) {
			return;
		}
		$remove = array_values( array_intersect( array_diff( array_merge( (array) $managed, $given ), $wanted ), $existing ) );
		$add    = array_values( array_diff( $wanted, $existing ) );
		$left   = array_merge( array_diff( $existing, $remove ), $add );
		$given  = array_values( array_intersect( $given, $wanted ) );
		$leave  = false;
		if ( ! $left && $named ) {
			$leave = ! $this->user_id || $remove;
		} elseif ( ! $left ) {
			$default = roster_default_role( $main );
			$add     = in_array( $default, $remove, true ) || '' === $default ? array() : array( $default );
			$remove  = array_values( array_diff( $remove, array( $default ) ) );
			$given   = array( $default );
		}
		$this->plan['roles'][ $main ] = array(
			'add'    => $add,
			'remove' => $remove,
			'leave'  => $leave,
		);
		$this->plan['given']          = array_values( array_filter( array_unique( array_merge( $given, $add ) ) ) );
	}

	/** One role on one site of a network beside the main one. */
	private function plan_site_role( $site, $caps, $wanted ) {
		// get_site( 0 ) would be the current site.
		$exists = $site > 0 && get_site( $site );
		if ( null !== $wanted ) {
			if ( ! $exists ) {
				throw new Roster_Refusal( 'role_not_allowed', "There is no site $site." );
			}
			$this->check_role( $wanted, $site );
		}
		$given    = isset( $this->state['sites'][ $site ] ) ? $this->state['sites'][ $site ] : null;
		$existing = null === $caps || ! $exists ? array() : roster_roles_in( $caps, $site );
		$add      = null !== $wanted && ! in_array( $wanted, $existing, true ) ? array( $wanted ) : array();
		$remove   = null !== $given && $given !== $wanted && in_array( $given, $existing, true ) ? array( $given ) : array();
		$leave    = $remove && ! $add && ! array_diff( $existing, $remove );
		if ( $add || $remove ) {
			$this->plan['roles'][ $site ] = array(
				'add'    => $add,
				'remove' => $remove,
				'leave'  => $leave,
			);
		}
		$this->plan['sites'][ $site ] = $add || $given === $wanted ? $wanted : null;
	}

	private function check_meta() {
		$meta = $this->listed( 'meta' );
		$keys = array_map( 'strval', array_keys( $meta ) );
		foreach ( $this->listed( 'unset' ) as $name ) {
			if ( is_string( $name ) && 0 === strpos( $name, 'meta:' ) ) {
				$keys[] = substr( $name, 5 );
			}
		}
		foreach ( $keys as $key ) {
			if ( ! roster_meta_key_is_open( $key ) ) {
				throw new Roster_Refusal( 'meta_not_allowed', "The usermeta key $key is WordPress's own, or not one." );
			}
		}
		foreach ( array_filter( $meta, 'is_string' ) as $key => $value ) {
			$this->check_characters( "meta:$key", $value, $GLOBALS['wpdb']->usermeta, 'meta_value' );
		}
	}

	/** Finds the hash to set, when it is another than the last one. */
	private function plan_password() {
		if ( ! isset( $this->user['passwordHash'] ) ) {
			return;
		}
		$hash = $this->text( 'passwordHash' );
		// A cost above 16 takes seconds at each login.
		if ( ! preg_match( '/^\$2[aby]\$(?:0[4-9]|1[0-6])\$[.\/A-Za-z0-9]{53}$/D', $hash ) ) {
			throw new Roster_Refusal( 'bad_password_hash', 'The password hash is not one of bcrypt.' );
		}
		if ( hash( 'sha256', $hash ) !== $this->state['password'] ) {
			$this->plan['hash'] = $hash;
		}
	}

	/** @return array What the account is, and what it would be, by field: before and after. */
	private function preview() {
		$user   = $this->user_id ? get_userdata( $this->user_id ) : null;
		$caps   = $this->user_id ? roster_caps_in( roster_meta_of( $this->user_id ) ) : array();
		$before = array();
		$after  = array();
		if ( isset( $this->plan['login'] ) || $user ) {
			$before['user_login'] = $user ? $user->user_login : null;
			$after['user_login']  = isset( $this->plan['login'] ) ? $this->plan['login'] : $user->user_login;
		}
		foreach ( $this->plan['fields'] as $name => $value ) {
			$field            = Roster_Values::FIELDS[ $name ];
			$before[ $field ] = $user ? (string) $user->$field : null;
			$after[ $field ]  = $value;
		}
		$before['active'] = $user ? ! roster_is_deactivated( $this->user_id ) : null;
		$after['active']  = $this->wants_active();
		foreach ( $this->plan['roles'] as $site => $change ) {
			$name            = get_main_site_id() === $site ? 'roles' : "roles:$site";
			$has             = isset( $caps[ $site ] ) ? roster_roles_in( $caps[ $site ], $site ) : array();
			$before[ $name ] = $user ? $has : null;
			$after[ $name ]  = array_values( array_unique( array_merge( array_diff( $has, $change['remove'] ), $change['add'] ) ) );
		}
		foreach ( $this->values( 'meta' ) as $key => $value ) {
			$before[ "meta:$key" ] = $user ? roster_plain_value( get_user_meta( $this->user_id, (string) $key, true ) ) : null;
			$after[ "meta:$key" ]  = $value;
		}
		foreach ( $this->values( 'xprofile' ) as $name => $value ) {
			$has                       = $user && function_exists( 'xprofile_get_field_data' ) ? xprofile_get_field_data( $name, $this->user_id ) : null;
			$before[ "xprofile:$name" ] = null === $has ? null : roster_plain_value( $has );
			$after[ "xprofile:$name" ]  = $value;
		}
		return array(
			'before' => $before,
			'after'  => $after,
		);
	}

	/*
	 * Writing. All checks are done.
	 */

	/** @return array The result of user.upsert. */
	private function write() {
		$created = ! $this->user_id;
		$was     = ! $created && roster_is_deactivated( $this->user_id );
		$wants   = $this->wants_active();
		if ( $was && $wants ) {
			roster_open_account( $this->user_id );
		}
		if ( $created ) {
			$this->create();
		} else {
			$this->take_old_link();
			$this->update();
		}
		$this->write_roles();
		$this->write_own_meta();
		$this->write_meta();
		$this->write_xprofile();
		$this->write_password( $wants );
		if ( ! $wants ) {
			roster_close_account( $this->user_id );
		}
		$this->save( $this->user_id, 0 );
		$code = $created ? 'created' : ( $was === $wants ? ( $wants ? 'reactivated' : 'deactivated' ) : 'updated' );
		return $this->result( 'applied', $code, implode( ' ', $this->remarks ) ) + array( 'active' => $wants );
	}

	/** Makes the account, with a password that nobody knows and that need not be hard to hash. */
	private function create() {
		$cheap = static function () {
			return array( 'cost' => 4 );
		};
		$data  = array(
			'user_login' => $this->plan['login'],
			'user_pass'  => wp_generate_password( 43, false ),
		);
		$roles = $this->plan['roles'][ get_main_site_id() ];
		// What set_role gives here comes before the actions of the new account.
		$data['role'] = (string) reset( $roles['add'] );
		foreach ( $this->plan['fields'] as $name => $value ) {
			$data[ Roster_Values::FIELDS[ $name ] ] = $value;
		}
		add_filter( 'wp_hash_password_options', $cheap, PHP_INT_MAX );
		try {
			$id = wp_insert_user( wp_slash( $data ) );
		} finally {
			remove_filter( 'wp_hash_password_options', $cheap, PHP_INT_MAX );
		}
		$this->take_id( $id );
		if ( is_multisite() && '' !== $data['role'] ) {
			// The network learns of the new member, and which site is the primary one.
			add_user_to_blog( get_main_site_id(), $this->user_id, $data['role'] );
		}
		$this->note_set( $this->plan['fields'] );
	}

	/** Changes the fields that differ, and only then, as the actions of a change are dear. */
	private function update() {
		$now  = get_userdata( $this->user_id );
		$data = array();
		foreach ( $this->plan['fields'] as $name => $value ) {
			$field = Roster_Values::FIELDS[ $name ];
			if ( (string) $now->$field !== $value ) {
				$data[ $field ] = $value;
			}
		}
		$this->note_set( $this->plan['fields'] );
		$columns = isset( $this->plan['login'] ) ? array( 'user_login' => $this->plan['login'] ) : array();
		if ( ! $data && ! $columns ) {
			return;
		}
		Roster_State::$columns = $columns ? array_merge( $columns, array( 'ID' => $this->user_id ) ) : null;
		$this->take_id( wp_update_user( wp_slash( array_merge( $data, array( 'ID' => $this->user_id ) ) ) ) );
		if ( $columns ) {
			$this->rename_super_admin();
			roster_forget( $this->user_id, $this->account );
		}
	}

	/** Takes what wp_insert_user answered. It answers 0 when the database took nothing. */
	private function take_id( $id ) {
		Roster_State::$columns = null;
		if ( is_wp_error( $id ) ) {
			$code = (string) $id->get_error_code();
			throw new Roster_Refusal( 'user_url_too_long' === $code ? 'too_long' : $code, $id->get_error_message() );
		}
		if ( ! $id ) {
			throw new Roster_Refusal( 'too_long', 'WordPress did not store the account.' );
		}
		$this->user_id = (int) $id;
	}

	/** The network's list of super administrators holds logins. */
	private function rename_super_admin() {
		if ( ! roster_is_super_admin( $this->account->user_login ) ) {
			return;
		}
		$list = array_diff( (array) get_site_option( 'site_admins', array() ), array( $this->account->user_login ) );
		update_site_option( 'site_admins', array_values( array_merge( $list, array( $this->plan['login'] ) ) ) );
	}

	/** An account whose old SCIM user was deleted may belong to a new one. The old link lets it go. */
	private function take_old_link() {
		global $wpdb;
		$table = roster_table();
		$old   = $wpdb->get_var( $wpdb->prepare( "SELECT scim_id FROM {$table} WHERE user_id = %d AND deleted = 1 AND scim_id <> %s LIMIT 1", $this->user_id, $this->scim_id ) );
		if ( null !== $old ) {
			$wpdb->update( $table, array( 'user_id' => 0 ), array( 'scim_id' => $old ) );
		}
	}

	/** Remembers which targets Roster set, so that it clears no others. */
	private function note_set( array $values ) {
		foreach ( $values as $name => $value ) {
			$set = array_diff( $this->state['set'], array( (string) $name ) );
			if ( null !== $value && '' !== $value ) {
				$set[] = (string) $name;
			}
			$this->state['set'] = array_values( $set );
		}
	}

	private function write_roles() {
		foreach ( $this->plan['roles'] as $site => $change ) {
			if ( ! is_multisite() || get_site( $site ) ) {
				roster_change_roles( $this->user_id, $site, $change['add'], $change['remove'], $change['leave'] );
			}
		}
		if ( isset( $this->plan['given'] ) ) {
			$this->state['roles'] = $this->plan['given'];
		}
		if ( isset( $this->plan['sites'] ) ) {
			$this->state['sites'] = array_filter( $this->plan['sites'] );
		}
	}

	private function write_own_meta() {
		update_user_meta( $this->user_id, 'roster_scim_id', wp_slash( $this->scim_id ) );
		foreach ( array(
			'externalId' => 'roster_external_id',
			'userName'   => 'roster_user_name',
		) as $name => $key ) {
			if ( array_key_exists( $name, $this->user ) && '' !== $this->text( $name ) ) {
				update_user_meta( $this->user_id, $key, wp_slash( $this->text( $name ) ) );
			} elseif ( array_key_exists( $name, $this->user ) || $this->is_unset( $name ) ) {
				delete_user_meta( $this->user_id, $key );
			}
		}
	}

	/** @return array Values by name, with null for those that are to go. */
	private function values( $member ) {
		$values = $this->listed( $member );
		foreach ( $this->state['set'] as $name ) {
			if ( 0 === strpos( $name, "$member:" ) && $this->is_unset( $name ) ) {
				$values += array( substr( $name, strlen( $member ) + 1 ) => null );
			}
		}
		return array_map( 'roster_plain_value', $values );
	}

	private function write_meta() {
		foreach ( $this->values( 'meta' ) as $key => $value ) {
			$key   = (string) $key;
			$field = roster_acf_field( $key, $this->user_id );
			if ( null !== $field && null === $value ) {
				delete_field( $field, 'user_' . $this->user_id );
			} elseif ( null !== $field ) {
				update_field( $field, $value, 'user_' . $this->user_id );
			} elseif ( null === $value ) {
				delete_user_meta( $this->user_id, wp_slash( $key ) );
			} else {
				update_user_meta( $this->user_id, wp_slash( $key ), wp_slash( $value ) );
			}
			$this->note_set( array( "meta:$key" => $value ) );
		}
	}

	private function write_xprofile() {
		foreach ( $this->values( 'xprofile' ) as $name => $value ) {
			$field = function_exists( 'xprofile_get_field_id_from_name' ) ? (int) xprofile_get_field_id_from_name( $name ) : 0;
			if ( ! $field ) {
				$this->remarks[] = "There is no profile field $name.";
				continue;
			}
			if ( null === $value ) {
				xprofile_delete_field_data( $field, $this->user_id );
			} else {
				xprofile_set_field_data( $field, $this->user_id, $value );
			}
			$this->note_set( array( "xprofile:$name" => $value ) );
		}
	}

	/** Sets the hash: of the account, or of what is put away for it. */
	private function write_password( $wants_active ) {
		global $wpdb;
		if ( ! isset( $this->plan['hash'] ) ) {
			return;
		}
		if ( ! $wants_active && roster_is_deactivated( $this->user_id ) ) {
			$kept         = roster_kept( $this->user_id );
			$kept['pass'] = $this->plan['hash'];
			update_user_meta( $this->user_id, '_roster_kept', wp_slash( $kept ) );
		} else {
			$columns = array(
				'user_pass'           => $this->plan['hash'],
				'user_activation_key' => '',
			);
			$wpdb->update( $wpdb->users, $columns, array( 'ID' => $this->user_id ) );
			roster_forget( $this->user_id );
		}
		$this->state['password'] = hash( 'sha256', $this->plan['hash'] );
	}

	/** Writes the row of the link table. */
	private function save( $user_id, $deleted ) {
		global $wpdb;
		$row = array(
			'user_id' => $user_id,
			'version' => $this->version,
			'deleted' => $deleted,
			'updated' => time(),
			'state'   => (string) wp_json_encode( $this->state ),
		);
		$wpdb->update( roster_table(), $row, array( 'scim_id' => $this->scim_id ) );
	}

	/** @return array The result of user.delete. */
	private function delete() {
		$this->user_id = $this->linked_id();
		// An account that was imported, and whose user nobody changed before it went, is not linked yet.
		if ( ! $this->user_id && ! (int) $this->row->version ) {
			$this->user_id = $this->named_id();
		}
		$this->account = roster_user_row( $this->user_id );
		if ( ! $this->user_id ) {
			$this->save( 0, 1 );
			return $this->result( 'applied', 'absent' );
		}
		$this->check_guard();
		$this->check_beyond();
		$this->check_super_admin();
		$this->check_last_admin( false );
		$keeps = $this->order( 'keepContent' ) && $this->has_content();
		if ( $keeps || 'delete' !== $this->order( 'mode' ) ) {
			roster_close_account( $this->user_id );
			$this->save( $this->user_id, 1 );
			return $this->result( 'applied', 'deactivated' );
		}
		try {
			$heir = $this->heir();
		} catch ( Roster_Refusal $refusal ) {
			return $this->close_at_least( $refusal );
		}
		$result = $this->result( 'applied', 'deleted' );
		$this->delete_account( $heir );
		$this->state = array();
		$this->save( 0, 1 );
		return $result;
	}

	/**
	 * Makes an account an ordinary one. The row stays with its version, so that no earlier event takes the account back.
	 *
	 * @return array The result of user.detach.
	 */
	private function detach() {
		$this->user_id = $this->linked_id();
		$this->account = roster_user_row( $this->user_id );
		if ( $this->user_id ) {
			// Nobody could let it in again: it would stay closed for ever.
			if ( roster_is_deactivated( $this->user_id ) ) {
				throw new Roster_Refusal( 'deactivated', 'The account is deactivated. Reactivate it first, or leave it linked.' );
			}
			foreach ( array( 'roster_scim_id', 'roster_external_id', 'roster_user_name' ) as $key ) {
				delete_user_meta( $this->user_id, $key );
			}
		}
		$this->state = array();
		$this->save( 0, 0 );
		return $this->result( 'applied', $this->user_id ? 'detached' : 'absent' );
	}

	/** @return bool Whether the account has written anything, on any site. What is only a draft of WordPress's own is nothing. */
	private function has_content() {
		global $wpdb;
		$sites = is_multisite() ? array_keys( get_blogs_of_user( $this->user_id, true ) ) : array( get_current_blog_id() );
		foreach ( $sites as $site ) {
			$prefix = $wpdb->get_blog_prefix( $site );
			if ( $wpdb->get_var( $wpdb->prepare( "SELECT 1 FROM {$prefix}posts WHERE post_author = %d AND post_status <> 'auto-draft' AND post_type <> 'revision' LIMIT 1", $this->user_id ) )
				|| $wpdb->get_var( $wpdb->prepare( "SELECT 1 FROM {$prefix}links WHERE link_owner = %d LIMIT 1", $this->user_id ) ) ) {
				return true;
			}
		}
		return false;
	}

	/** @return mixed How to delete: it stands beside the user, or in it. Null where nothing is said. */
	private function order( $name ) {
		$both = array_merge( $this->user, $this->event );
		return isset( $both[ $name ] ) ? $both[ $name ] : null;
	}

	/** @return int|null Who gets the content; null when it goes with the account. */
	private function heir() {
		$asked = $this->order( 'reassign' );
		if ( null === $asked || '' === $asked ) {
			return null;
		}
		$user = is_string( $asked ) ? get_user_by( 'login', $asked ) : false;
		if ( ! $user && is_numeric( $asked ) ) {
			$user = get_user_by( 'id', (int) $asked );
		}
		if ( ! $user || ! roster_user_row( $user->ID ) || (int) $user->ID === $this->user_id ) {
			throw new Roster_Refusal( 'bad_reassign', 'There is no such account to hand the content to.' );
		}
		return (int) $user->ID;
	}

	private function delete_account( $heir ) {
		require_once ABSPATH . 'wp-admin/includes/user.php';
		require_once ABSPATH . 'wp-admin/includes/bookmark.php';
		if ( is_multisite() ) {
			require_once ABSPATH . 'wp-admin/includes/ms.php';
			// wpmu_delete_user deletes posts on every site: whoever gets them must have them before.
			foreach ( null === $heir ? array() : array_keys( get_blogs_of_user( $this->user_id, true ) ) as $site ) {
				remove_user_from_blog( $this->user_id, $site, $heir );
			}
			$done = wpmu_delete_user( $this->user_id );
		} else {
			$done = wp_delete_user( $this->user_id, $heir );
		}
		if ( ! $done || roster_user_row( $this->user_id ) ) {
			throw new RuntimeException( 'WordPress did not delete the account.' );
		}
	}

	/** Drops caches under all names that the account had or was to have. */
	private function forget() {
		if ( $this->user_id ) {
			roster_forget( $this->user_id, $this->account );
			clean_user_cache( $this->user_id );
			roster_forget( $this->user_id );
		}
		if ( isset( $this->plan['login'] ) ) {
			wp_cache_delete( $this->plan['login'], 'userlogins' );
		}
		if ( isset( $this->plan['fields']['email'] ) && '' !== $this->plan['fields']['email'] ) {
			wp_cache_delete( $this->plan['fields']['email'], 'useremail' );
		}
	}

	/** Tells other plugins, after the commit: what they throw changes nothing any more. */
	private function announce( array $result ) {
		if ( 'applied' !== $result['status'] || 'absent' === $result['code'] ) {
			return;
		}
		try {
			if ( 'user.detach' === $this->type ) {
				/**
				 * An account is an ordinary one from here on.
				 *
				 * @param int   $user_id The account.
				 * @param array $user    The event's user.
				 */
				do_action( 'roster_detached', $this->user_id, $this->user );
			} elseif ( 'user.delete' === $this->type ) {
				/**
				 * A user was deleted at the provider, and the account deleted or deactivated.
				 *
				 * @param int    $user_id The account.
				 * @param array  $user    The event's user.
				 * @param string $code    deleted or deactivated.
				 */
				do_action( 'roster_deleted', $this->user_id, $this->user, $result['code'] );
			} else {
				/**
				 * An account is now what the event asked.
				 *
				 * @param int   $user_id The account.
				 * @param array $user    The event's user.
				 * @param bool  $created Whether the account is new.
				 */
				do_action( 'roster_applied', $this->user_id, $this->user, 'created' === $result['code'] );
			}
		} catch ( Throwable $problem ) {
			error_log( 'Roster: ' . $problem->getMessage() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions -- the site's own log.
		}
	}
}

/** @return string What WordPress makes of a login. */
function roster_clean_login( $login ) {
	return trim( (string) apply_filters( 'pre_user_login', sanitize_user( $login, true ) ) ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- WordPress's own.
}

/** @return string A locale in WordPress's form: it becomes part of a file name. Empty: the site's. */
function roster_clean_locale( $locale ) {
	return preg_match( '/^[a-z]{2,3}(?:[_-][A-Za-z0-9]{2,8}){0,3}$/D', $locale ) ? str_replace( '-', '_', $locale ) : '';
}

/** @return mixed A value as usermeta and profile fields have it: text, or lists of it. */
function roster_plain_value( $value ) {
	if ( is_bool( $value ) ) {
		return $value ? '1' : '0';
	}
	if ( is_array( $value ) ) {
		return array_map( 'roster_plain_value', $value );
	}
	return null === $value ? null : (string) $value;
}

/** @return string|null What ACF's functions take for a field of that name; null where ACF has none. */
function roster_acf_field( $name, $user_id ) {
	if ( ! function_exists( 'update_field' ) ) {
		return null;
	}
	// The name alone is not enough for a first value: ACF finds the field by a reference that is not there yet.
	if ( function_exists( 'acf_get_field_groups' ) && function_exists( 'acf_get_fields' ) ) {
		foreach ( (array) acf_get_field_groups( array( 'user_id' => $user_id, 'user_form' => 'edit' ) ) as $group ) {
			foreach ( (array) acf_get_fields( $group ) as $field ) {
				if ( isset( $field['name'], $field['key'] ) && $field['name'] === $name ) {
					return $field['key'];
				}
			}
		}
	}
	$field = function_exists( 'acf_get_field' ) ? acf_get_field( $name ) : false;
	return is_array( $field ) && isset( $field['key'], $field['name'] ) && $field['name'] === $name ? $field['key'] : null;
}

/*
 * ---------------------------------------------------------------------------------------------------------------------
 * The block: nobody comes in by a deactivated account
 * ---------------------------------------------------------------------------------------------------------------------
 */

/** @return string What a deactivated user reads. */
function roster_deactivated_message() {
	return __( 'This account is deactivated. Please ask your organisation if you need it again.', 'roster' );
}

/** @return WP_Error The refusal of a login. */
function roster_deactivated_error() {
	return new WP_Error( 'roster_deactivated', '<strong>' . esc_html__( 'Error:', 'roster' ) . '</strong> ' . esc_html( roster_deactivated_message() ) );
}

/**
 * Refuses a login, after everybody else has had a say. Only who knows the password learns why: others would learn who
 * has left.
 */
function roster_refuse_login( $user, $name = '', $password = '' ) {
	if ( $user instanceof WP_User ) {
		roster_mend_cache( $user->ID );
		return roster_is_deactivated( $user->ID ) ? roster_deactivated_error() : $user;
	}
	if ( ! is_wp_error( $user ) || '' === (string) $name || '' === (string) $password ) {
		return $user;
	}
	$account = get_user_by( 'login', $name );
	if ( ! $account && is_email( $name ) ) {
		$account = get_user_by( 'email', $name );
	}
	if ( ! $account || ! roster_is_deactivated( $account->ID ) ) {
		return $user;
	}
	$kept = roster_kept( $account->ID );
	return '' !== $kept['pass'] && wp_check_password( $password, $kept['pass'] ) ? roster_deactivated_error() : $user;
}

/**
 * Drops what a persistent cache has of an account when the database knows that it is deactivated and the cache does not:
 * a request that began before the deactivation may have put back what it had read. Once in a request.
 */
function roster_mend_cache( $user_id ) {
	global $wpdb;
	static $mended = array();
	if ( ! wp_using_ext_object_cache() || isset( $mended[ $user_id ] ) ) {
		return;
	}
	$mended[ $user_id ] = true;
	$closed             = $wpdb->get_var( $wpdb->prepare( "SELECT 1 FROM {$wpdb->usermeta} WHERE user_id = %d AND meta_key = 'roster_deactivated' LIMIT 1", $user_id ) );
	if ( $closed && ! roster_is_deactivated( $user_id ) ) {
		roster_forget( $user_id );
	}
}

/** Nobody is logged in by a deactivated account, whatever cookie, token or header says so. */
function roster_refuse_current_user( $user_id ) {
	if ( $user_id ) {
		roster_mend_cache( (int) $user_id );
	}
	return $user_id && roster_is_deactivated( (int) $user_id ) ? 0 : $user_id;
}

/** The same where a plugin sets the current user directly. */
function roster_drop_current_user() {
	$user_id = get_current_user_id();
	if ( $user_id ) {
		roster_mend_cache( $user_id );
	}
	if ( $user_id && roster_is_deactivated( $user_id ) ) {
		wp_set_current_user( 0 );
	}
}

/** A cookie that a single sign-on plugin made after the deactivation is valid for WordPress, also in wp-admin. */
function roster_refuse_cookie( $cookie, $user ) {
	roster_mend_cache( $user->ID );
	if ( ! roster_is_deactivated( $user->ID ) ) {
		return;
	}
	WP_Session_Tokens::get_instance( $user->ID )->destroy_all();
	if ( headers_sent() ) {
		return;
	}
	wp_clear_auth_cookie();
	if ( is_admin() && ! wp_doing_ajax() ) {
		wp_safe_redirect( add_query_arg( 'roster_deactivated', '1', wp_login_url() ) );
		exit;
	}
}

/** No cookies are sent for a deactivated account. The user is an argument since WordPress 6.2. */
function roster_refuse_cookies( $send, $expire = 0, $expiration = 0, $user_id = 0 ) {
	return $user_id && roster_is_deactivated( (int) $user_id ) ? false : $send;
}

/** Says on the login page why somebody was sent there. */
function roster_explain_login( $message ) {
	if ( isset( $_GET['roster_deactivated'] ) ) { // phpcs:ignore WordPress.Security.NonceVerification -- it only shows a sentence.
		$message .= '<div id="login_error">' . esc_html( roster_deactivated_message() ) . '</div>';
	}
	return $message;
}

/** Takes every capability. A super administrator of a network has all that is not denied in this very place. */
function roster_deny_caps( $caps, $cap, $user_id ) {
	return $user_id && roster_is_deactivated( (int) $user_id ) ? array( 'do_not_allow' ) : $caps;
}

/** The same for whoever asks the list and not a capability. */
function roster_empty_caps( $all, $caps, $args, $user ) {
	return $user instanceof WP_User && roster_is_deactivated( $user->ID ) ? array() : $all;
}

function roster_refuse_application_passwords( $available, $user ) {
	return $user instanceof WP_User && roster_is_deactivated( $user->ID ) ? false : $available;
}

function roster_refuse_application_password( $error, $user ) {
	if ( $user instanceof WP_User && roster_is_deactivated( $user->ID ) ) {
		$error->add( 'roster_deactivated', roster_deactivated_message() );
	}
}

function roster_refuse_reset( $allow, $user_id ) {
	return roster_is_deactivated( (int) $user_id ) ? roster_deactivated_error() : $allow;
}

function roster_refuse_new_password( $errors, $user ) {
	if ( $user instanceof WP_User && roster_is_deactivated( $user->ID ) ) {
		$errors->add( 'roster_deactivated', roster_deactivated_message() );
	}
}

/**
 * Puts away a password that somebody set for a deactivated account: it counts from the reactivation on. Everything that
 * sets one cleans the cache of the account afterwards.
 */
function roster_hold_password( $user_id ) {
	if ( ! Roster_State::$applying && roster_is_deactivated( (int) $user_id ) ) {
		roster_put_password_away( (int) $user_id );
	}
}

/** Keeps a deactivated account without roles, and our own usermeta ours. Null lets WordPress write. */
function roster_guard_meta( $check, $user_id, $key ) {
	if ( Roster_State::$applying ) {
		return $check;
	}
	if ( in_array( $key, Roster_Values::OWN_META, true ) ) {
		return false;
	}
	if ( roster_caps_site( preg_replace( '/user_level$/', 'capabilities', (string) $key ) ) && roster_is_deactivated( (int) $user_id ) ) {
		Roster_State::$held = true;
		return false;
	}
	return roster_is_read_only_meta( (int) $user_id, (string) $key ) ? false : $check;
}

/** Keeps our own usermeta, and managed fields, from being deleted. */
function roster_guard_meta_deletion( $check, $user_id, $key ) {
	if ( Roster_State::$applying ) {
		return $check;
	}
	return in_array( $key, Roster_Values::OWN_META, true ) || ( $user_id && roster_is_read_only_meta( (int) $user_id, (string) $key ) ) ? false : $check;
}

/** The same where somebody names a row of usermeta by its number. */
function roster_guard_meta_row( $check, $meta_id, $value = null, $key = false ) {
	if ( Roster_State::$applying ) {
		return $check;
	}
	$row     = get_metadata_by_mid( 'user', $meta_id );
	$renamed = is_string( $key ) && $row && $key !== $row->meta_key ? $key : null;
	$denied  = $row && (
		false === roster_guard_meta( null, $row->user_id, $row->meta_key )
		|| ( null !== $renamed && false === roster_guard_meta( null, $row->user_id, $renamed ) )
	);
	return $denied ? false : $check;
}

function roster_guard_meta_row_deletion( $check, $meta_id ) {
	$row = Roster_State::$applying ? false : get_metadata_by_mid( 'user', $meta_id );
	return $row && false === roster_guard_meta_deletion( null, $row->user_id, $row->meta_key ) ? false : $check;
}

/** A deactivated account that an administrator takes off a site does not come back there. */
function roster_forget_site( $user_id, $site ) {
	if ( Roster_State::$applying || ! roster_is_deactivated( (int) $user_id ) ) {
		return;
	}
	$kept = roster_kept( (int) $user_id );
	unset( $kept['caps'][ (int) $site ] );
	roster_set_own_meta( (int) $user_id, '_roster_kept', $kept );
}

/** Our own usermeta is not for custom field boxes. */
function roster_protect_meta( $protected, $key, $type ) {
	return $protected || ( 'user' === $type && in_array( $key, Roster_Values::OWN_META, true ) );
}

/*
 * ---------------------------------------------------------------------------------------------------------------------
 * What is read-only: the provider's fields of a managed account
 * ---------------------------------------------------------------------------------------------------------------------
 */

/** @return bool Whether an account follows a provider. */
function roster_is_managed( $user_id ) {
	return $user_id && '' !== (string) get_user_meta( $user_id, 'roster_scim_id', true );
}

/** @return bool Whether a field of an account is the provider's. Names as in an event, usermeta as meta:KEY. */
function roster_is_read_only( $user_id, $name ) {
	$settings = roster_settings();
	if ( Roster_State::$applying || ! in_array( $name, $settings['managed'], true ) || ! roster_is_managed( $user_id ) ) {
		return false;
	}
	/**
	 * Opens a managed field to others.
	 *
	 * @param bool   $read_only Whether only Roster may write it.
	 * @param int    $user_id   The account.
	 * @param string $name      The field, as in an event.
	 */
	return (bool) apply_filters( 'roster_read_only', true, $user_id, $name );
}

/** @return bool Whether a usermeta key of an account is the provider's. */
function roster_is_read_only_meta( $user_id, $key ) {
	$name = array_search( $key, Roster_Values::FIELDS, true );
	return ( false !== $name && roster_is_read_only( $user_id, $name ) ) || roster_is_read_only( $user_id, "meta:$key" );
}

/** Keeps the columns of the users table that are the provider's, and the password of a deactivated account. */
function roster_guard_columns( $data, $update, $user_id ) {
	if ( Roster_State::$applying || ! $update || ! is_array( $data ) ) {
		return $data;
	}
	$now = get_userdata( (int) $user_id );
	foreach ( array_keys( Roster_Values::COLUMNS ) as $column ) {
		if ( $now && isset( $data[ $column ] ) && roster_is_read_only( (int) $user_id, array_search( $column, Roster_Values::FIELDS, true ) ) ) {
			$data[ $column ] = $now->$column;
		}
	}
	return $data;
}

/** No mail about a change of address that does not happen. */
function roster_guard_email_mail( $send, $user ) {
	return isset( $user['ID'] ) && roster_is_read_only( (int) $user['ID'], 'email' ) ? false : $send;
}

/*
 * ---------------------------------------------------------------------------------------------------------------------
 * The pull: where Roster cannot call this site, the site asks
 * ---------------------------------------------------------------------------------------------------------------------
 */

/** @return bool Whether this site knows where to ask, as whom, and how to sign. */
function roster_can_pull() {
	foreach ( array( 'ROSTER_URL', 'ROSTER_NAME' ) as $constant ) {
		if ( ! defined( $constant ) || '' === trim( (string) constant( $constant ) ) ) {
			return false;
		}
	}
	return (bool) roster_keys();
}

/** Asks for events and applies them until none is due, or the time is over. */
function roster_pull( $seconds ) {
	$lock = roster_can_pull() ? roster_take_pull_lock() : '';
	if ( '' === $lock ) {
		return;
	}
	$end  = microtime( true ) + $seconds;
	$done = (array) get_site_option( 'roster_acknowledge', array() );
	$kept = (bool) $done;
	try {
		roster_make_table();
		do {
			$message = roster_ask( $done, max( 1, min( 10, (int) ceil( $end - microtime( true ) ) ) ) );
			if ( null === $message ) {
				break;
			}
			$events                = array_values( $message['events'] );
			Roster_State::$pulling = $events;
			$done                  = roster_with_versions( $events, roster_take_events( $message ) );
			Roster_State::$pulling = array();
			$more                  = $done || ! empty( $message['more'] );
		} while ( $more && microtime( true ) < $end );
		// What was not said yet is said the next time.
		if ( $done ) {
			roster_set_option( 'roster_acknowledge', $done );
		} elseif ( $kept ) {
			delete_site_option( 'roster_acknowledge' );
		}
	} catch ( Throwable $problem ) {
		roster_note_pull( $problem->getMessage() );
	} finally {
		roster_leave_pull_lock( $lock );
	}
}

/** @return array|null The events that are due; null when there was no valid answer. */
function roster_ask( array $done, $seconds ) {
	$keys      = roster_keys();
	$id        = 'msg_' . wp_generate_uuid4();
	$timestamp = (string) time();
	$body      = (string) wp_json_encode(
		array(
			'acknowledge' => $done,
			'limit'       => Roster_Values::PULL_EVENTS,
		)
	);
	// Not wp_safe_remote_post: Roster may well have a local address, and whoever writes wp-config.php may choose it.
	$response = wp_remote_post(
		untrailingslashit( trim( (string) ROSTER_URL ) ) . '/Deliveries',
		array(
			'timeout'             => $seconds,
			'redirection'         => 0,
			'limit_response_size' => 2 * Roster_Values::BODY_BYTES_MAX,
			'headers'             => array(
				'Content-Type'      => 'application/json',
				'Accept'            => 'application/json',
				'roster-receiver'   => trim( (string) ROSTER_NAME ),
				'webhook-id'        => $id,
				'webhook-timestamp' => $timestamp,
				'webhook-signature' => roster_sign( $keys[0], $id, $timestamp, $body ),
			),
			'body'                => $body,
		)
	);
	if ( is_wp_error( $response ) ) {
		roster_note_pull( $response->get_error_message() );
		return null;
	}
	$status = (int) wp_remote_retrieve_response_code( $response );
	if ( 200 !== $status ) {
		roster_note_pull( "HTTP $status" );
		return null;
	}
	$text  = wp_remote_retrieve_body( $response );
	$field = static function ( $name ) use ( $response ) {
		$value = wp_remote_retrieve_header( $response, $name );
		return is_string( $value ) ? trim( $value ) : '';
	};
	$fault   = roster_check_signature( $field( 'webhook-id' ), $field( 'webhook-timestamp' ), $field( 'webhook-signature' ), $text );
	$message = '' === $fault ? json_decode( $text, true, 64 ) : null;
	if ( '' === $fault ) {
		$fault = is_array( $message ) ? roster_check_events( $message ) : 'scim_malformed';
	}
	roster_note_pull( $fault );
	return '' === $fault ? $message : null;
}

/** @return array Results as they are acknowledged. */
function roster_with_versions( array $events, array $results ) {
	foreach ( $results as $index => $result ) {
		$results[ $index ]['version'] = isset( $events[ $index ]['version'] ) ? $events[ $index ]['version'] : null;
	}
	return $results;
}

/** Remembers how the last question ended, once a minute at most unless it ended in another way. */
function roster_note_pull( $fault ) {
	$last = get_site_option( 'roster_pulled' );
	if ( ! is_array( $last ) || $last['code'] !== $fault || $last['time'] <= time() - MINUTE_IN_SECONDS ) {
		roster_set_option(
			'roster_pulled',
			array(
				'time' => time(),
				'code' => substr( $fault, 0, 200 ),
			)
		);
	}
}

/** @return string A token when nobody else pulls now, else nothing. One that was left behind counts for two minutes. */
function roster_take_pull_lock() {
	global $wpdb;
	$token = sprintf( '%d.%s', time(), wp_generate_password( 12, false ) );
	$table = $wpdb->base_prefix . 'options';
	$quiet = $wpdb->suppress_errors( true );
	$taken = $wpdb->query( $wpdb->prepare( "INSERT IGNORE INTO {$table} (option_name, option_value, autoload) VALUES ('roster_pull_lock', %s, 'no')", $token ) );
	if ( ! $taken ) {
		$held = (string) $wpdb->get_var( "SELECT option_value FROM {$table} WHERE option_name = 'roster_pull_lock'" );
		if ( (int) $held < time() - 2 * MINUTE_IN_SECONDS ) {
			$taken = $wpdb->query( $wpdb->prepare( "UPDATE {$table} SET option_value = %s WHERE option_name = 'roster_pull_lock' AND option_value = %s", $token, $held ) );
		}
	}
	$wpdb->suppress_errors( $quiet );
	return $taken ? $token : '';
}

function roster_leave_pull_lock( $token ) {
	global $wpdb;
	$wpdb->query( $wpdb->prepare( "DELETE FROM {$wpdb->base_prefix}options WHERE option_name = 'roster_pull_lock' AND option_value = %s", $token ) );
}

function roster_add_schedule( $schedules ) {
	$schedules['roster_minute'] = array(
		'interval' => MINUTE_IN_SECONDS,
		'display'  => __( 'Each minute', 'roster' ),
	);
	return $schedules;
}

/** Keeps the event of WP-Cron in step with wp-config.php. */
function roster_schedule_pull() {
	if ( ! is_main_site() ) {
		return;
	}
	$next = wp_next_scheduled( 'roster_pull' );
	if ( ! $next && roster_can_pull() ) {
		wp_schedule_event( time(), 'roster_minute', 'roster_pull' );
	} elseif ( $next && ! roster_can_pull() ) {
		wp_clear_scheduled_hook( 'roster_pull' );
	}
}

function roster_pull_by_cron() {
	roster_pull( Roster_Values::PULL_SECONDS );
}

/** Pulls when an administrator opens the list of users: after the page where PHP can, else for a few seconds before it. */
function roster_pull_for_page() {
	$power = is_network_admin() ? 'manage_network_users' : 'list_users';
	if ( ! roster_can_pull() || ! current_user_can( $power ) || get_site_transient( 'roster_pull_page' ) ) {
		return;
	}
	set_site_transient( 'roster_pull_page', 1, Roster_Values::PULL_EVERY_SECONDS );
	if ( ! function_exists( 'fastcgi_finish_request' ) ) {
		roster_pull( Roster_Values::PULL_PAGE_SECONDS );
		return;
	}
	add_action(
		'shutdown',
		static function () {
			fastcgi_finish_request();
			roster_pull( Roster_Values::PULL_SECONDS );
		},
		PHP_INT_MAX
	);
}

function roster_stop_pull() {
	wp_clear_scheduled_hook( 'roster_pull' );
}

/*
 * ---------------------------------------------------------------------------------------------------------------------
 * The console: who administers this site signs in to Roster's own pages from here
 * ---------------------------------------------------------------------------------------------------------------------
 */

/** @return bool Whether the user may administer accounts, on a network those of the whole network. */
function roster_may_open_console() {
	return current_user_can( is_multisite() ? 'manage_network_users' : 'manage_options' );
}

/** @return string Where the console's link leads: a new ticket with every click. */
function roster_console_link() {
	return get_admin_url( get_main_site_id(), 'admin-post.php?action=roster_console' );
}

/** Sends the browser to the console, with a ticket that is good once and for a minute. */
function roster_open_console() {
	$keys = roster_keys();
	if ( ! roster_may_open_console() || ! $keys || ! defined( 'ROSTER_URL' ) || '' === trim( (string) ROSTER_URL ) ) {
		$reason = roster_may_open_console()
			? __( 'This site does not know where Roster is: wp-config.php needs ROSTER_URL and ROSTER_SECRET.', 'roster' )
			: __( 'Only who administers all accounts may open the console.', 'roster' );
		wp_die( esc_html( $reason ), '', array( 'response' => 403 ) );
	}
	nocache_headers();
	header( 'Referrer-Policy: no-referrer' );
	$ticket = roster_ticket( $keys[0], wp_get_current_user()->user_login );
	wp_redirect( untrailingslashit( trim( (string) ROSTER_URL ) ) . "/admin/sign-in?ticket=$ticket", 303 ); // phpcs:ignore WordPress.Security.SafeRedirect -- whoever writes wp-config.php may choose Roster's address.
	exit;
}

/** @return string An id, the time, a JSON object and the signature of all three. */
function roster_ticket( $key, $login ) {
	$id        = 'tkt_' . wp_generate_uuid4();
	$timestamp = (string) time();
	$body      = (string) wp_json_encode(
		array(
			'purpose'  => 'console',
			'login'    => $login,
			'timezone' => wp_timezone_string(),
		)
	);
	$encode    = static function ( $bytes ) {
		return rtrim( strtr( base64_encode( $bytes ), '+/', '-_' ), '=' );
	};
	return "$id.$timestamp." . $encode( $body ) . '.' . $encode( hash_hmac( 'sha256', "$id.$timestamp.$body", $key, true ) );
}

/** Adds the console to the plugin's line in the list of plugins. */
function roster_add_console_link( $links ) {
	if ( roster_may_open_console() && defined( 'ROSTER_URL' ) ) {
		array_unshift( $links, '<a href="' . esc_url( roster_console_link() ) . '">' . esc_html__( 'Open the console', 'roster' ) . '</a>' );
	}
	return $links;
}

/*
 * ---------------------------------------------------------------------------------------------------------------------
 * The site's own pages: Users, profiles, Site Health
 * ---------------------------------------------------------------------------------------------------------------------
 */

/** @return object[] The links of accounts, by account, in one statement for all rows of the list. */
function roster_links( array $ids ) {
	global $wpdb;
	$ids = implode( ',', array_map( 'intval', $ids ) );
	if ( '' === $ids || ! roster_has_table() ) {
		return array();
	}
	$links = array();
	foreach ( (array) $wpdb->get_results( 'SELECT scim_id, user_id, version, deleted, updated FROM ' . roster_table() . " WHERE user_id IN ({$ids})" ) as $link ) {
		$links[ (int) $link->user_id ] = $link;
	}
	return $links;
}

/** @return string[] The columns of our own, after those of WordPress. Names of usermeta may hold anything: they are hashed. */
function roster_add_list_columns( $columns ) {
	$columns['roster'] = __( 'Roster', 'roster' );
	foreach ( roster_settings()['columns'] as $column ) {
		$columns[ roster_column_id( $column['key'] ) ] = esc_html( $column['label'] );
	}
	return $columns;
}

function roster_column_id( $key ) {
	return 'roster_' . substr( md5( $key ), 0, 8 );
}

/** @return string One cell of the list of users. */
function roster_fill_list_column( $output, $column, $user_id ) {
	static $links = null;
	if ( 'roster' === $column ) {
		if ( null === $links ) {
			$items = isset( $GLOBALS['wp_list_table']->items ) ? (array) $GLOBALS['wp_list_table']->items : array();
			$links = roster_links( array_merge( wp_list_pluck( $items, 'ID' ), array( $user_id ) ) );
		}
		return roster_state_html( (int) $user_id, isset( $links[ $user_id ] ) ? $links[ $user_id ] : null );
	}
	foreach ( roster_settings()['columns'] as $own ) {
		if ( roster_column_id( $own['key'] ) === $column ) {
			return esc_html( roster_meta_text( (int) $user_id, $own['key'] ) );
		}
	}
	return $output;
}

/** @return string A usermeta value for people. */
function roster_meta_text( $user_id, $key ) {
	$value = get_user_meta( $user_id, $key, true );
	if ( is_array( $value ) ) {
		$value = implode( ', ', array_filter( $value, 'is_scalar' ) );
	}
	return is_scalar( $value ) ? (string) $value : '';
}

/** @return string How an account stands. */
function roster_state_name( $user_id, $link ) {
	if ( $link && $link->deleted ) {
		return __( 'Deactivated: deleted at the provider', 'roster' );
	}
	if ( roster_is_deactivated( $user_id ) ) {
		return __( 'Deactivated', 'roster' );
	}
	return $link || roster_is_managed( $user_id ) ? __( 'Managed', 'roster' ) : '';
}

function roster_state_html( $user_id, $link ) {
	$name = roster_state_name( $user_id, $link );
	if ( '' === $name ) {
		return '<span aria-hidden="true">&#8212;</span><span class="screen-reader-text">' . esc_html__( 'Not managed', 'roster' ) . '</span>';
	}
	$html = roster_is_deactivated( $user_id ) ? '<strong>' . esc_html( $name ) . '</strong>' : esc_html( $name );
	if ( $link && $link->updated ) {
		/* translators: %s: a length of time, such as "5 mins". */
		$ago   = sprintf( __( '%s ago', 'roster' ), human_time_diff( (int) $link->updated ) );
		$html .= '<br><span title="' . esc_attr( wp_date( 'c', (int) $link->updated ) ) . '">' . esc_html( $ago ) . '</span>';
	}
	return $html;
}

/** @return string Which of our views is asked for. */
function roster_asked_view() {
	$view = isset( $_GET['roster_view'] ) && is_string( $_GET['roster_view'] ) ? $_GET['roster_view'] : ''; // phpcs:ignore WordPress.Security -- it only chooses what is listed.
	return in_array( $view, array( 'managed', 'deactivated' ), true ) ? $view : '';
}

/** @return string The usermeta key that the accounts of a view have. */
function roster_view_key( $view ) {
	return 'managed' === $view ? 'roster_scim_id' : 'roster_deactivated';
}

/** Adds "Managed" and "Deactivated", with counts, to the views of the list. */
function roster_add_views( $views ) {
	$asked = roster_asked_view();
	$names = array(
		'managed'     => __( 'Managed', 'roster' ),
		'deactivated' => __( 'Deactivated', 'roster' ),
	);
	if ( '' !== $asked && isset( $views['all'] ) ) {
		$views['all'] = str_replace( array( ' class="current"', ' aria-current="page"' ), '', $views['all'] );
	}
	$base = is_network_admin() ? network_admin_url( 'users.php' ) : admin_url( 'users.php' );
	foreach ( $names as $view => $name ) {
		$views[ "roster_$view" ] = sprintf(
			'<a href="%s"%s>%s <span class="count">(%s)</span></a>',
			esc_url( add_query_arg( 'roster_view', $view, $base ) ),
			$view === $asked ? ' class="current" aria-current="page"' : '',
			esc_html( $name ),
			esc_html( number_format_i18n( roster_count_view( $view ) ) )
		);
	}
	return $views;
}

function roster_count_view( $view ) {
	global $wpdb;
	$members = is_multisite() && ! is_network_admin() ? $wpdb->prepare( "JOIN {$wpdb->usermeta} c ON c.user_id = m.user_id AND c.meta_key = %s", roster_caps_key( get_current_blog_id() ) ) : '';
	return (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(DISTINCT m.user_id) FROM {$wpdb->usermeta} m {$members} WHERE m.meta_key = %s", roster_view_key( $view ) ) );
}

/** Lists only the accounts of our view. */
function roster_filter_list( $args ) {
	$view = roster_asked_view();
	if ( '' !== $view ) {
		$query                = isset( $args['meta_query'] ) ? (array) $args['meta_query'] : array();
		$query[]              = array(
			'key'     => roster_view_key( $view ),
			'compare' => 'EXISTS',
		);
		$args['meta_query'] = $query; // phpcs:ignore WordPress.DB.SlowDBQuery -- meta_key has an index.
	}
	return $args;
}

/** A deactivated account gets no password reset, so nothing offers one. */
function roster_drop_reset_link( $actions, $user ) {
	if ( roster_is_deactivated( $user->ID ) ) {
		unset( $actions['resetpassword'] );
	}
	return $actions;
}

function roster_hide_password_fields( $show, $user = null ) {
	return $user instanceof WP_User && roster_is_deactivated( $user->ID ) ? false : $show;
}

/** Says no, and does not only do nothing, when somebody sets a password or a role of a deactivated account. */
function roster_refuse_profile( $errors, $update, $user ) {
	if ( $update && isset( $user->ID ) && roster_is_deactivated( (int) $user->ID ) && ( ! empty( $user->user_pass ) || ! empty( $user->role ) ) ) {
		$errors->add( 'roster_deactivated', esc_html__( 'This account is deactivated by the identity provider. Its password and its roles can be changed when the provider has activated it again.', 'roster' ) );
	}
}

/** Carries the same message through the redirect that follows a change of many roles. */
function roster_mark_redirect( $location ) {
	return Roster_State::$held && is_admin() ? add_query_arg( 'roster_held', '1', $location ) : $location;
}

/** @return string[] Our names of the fields of an account that only the provider changes. */
function roster_read_only_names( $user_id ) {
	return array_values(
		array_filter(
			roster_settings()['managed'],
			static function ( $name ) use ( $user_id ) {
				return roster_is_read_only( $user_id, $name );
			}
		)
	);
}

/** Puts what is stored into a posted profile, so that the form can leave managed fields out and cannot change them. */
function roster_keep_posted_fields( $user_id ) {
	$user = get_userdata( $user_id );
	foreach ( $user ? roster_read_only_names( (int) $user_id ) : array() as $name ) {
		if ( 'roles' === $name ) {
			unset( $_POST['role'] );
		} elseif ( isset( Roster_Values::FIELDS[ $name ] ) ) {
			$value = (string) $user->{Roster_Values::FIELDS[ $name ]};
			$value = 'locale' === $name && '' === $value ? 'site-default' : $value;
			$_POST[ Roster_Values::INPUTS[ $name ] ] = wp_slash( $value );
		}
	}
}

/** @return int The account whose profile is on the screen; 0 on other screens. */
function roster_profile_id() {
	$screen = function_exists( 'get_current_screen' ) ? get_current_screen() : null;
	$base   = $screen ? str_replace( array( '-network', '-user' ), '', $screen->id ) : '';
	if ( 'profile' === $base ) {
		return get_current_user_id();
	}
	return $screen && 0 === strpos( $screen->id, 'user-edit' ) && isset( $_GET['user_id'] ) ? absint( $_GET['user_id'] ) : 0; // phpcs:ignore WordPress.Security.NonceVerification -- it only shows a notice.
}

/** Says what the reader should know of the account on the screen. */
function roster_show_notices() {
	if ( isset( $_GET['roster_held'] ) ) { // phpcs:ignore WordPress.Security.NonceVerification -- it only shows a sentence.
		roster_notice( 'warning', __( 'Accounts that the identity provider has deactivated keep no roles and no password until it activates them again. They were left as they are.', 'roster' ) );
	}
	$user_id = roster_profile_id();
	if ( ! $user_id || ! roster_is_managed( $user_id ) ) {
		return;
	}
	if ( roster_is_deactivated( $user_id ) ) {
		roster_notice( 'warning', __( 'This account is deactivated by the identity provider: nobody can use it. Its roles and its password are put away and come back when the provider activates it again.', 'roster' ) );
	} elseif ( roster_read_only_names( $user_id ) ) {
		roster_notice( 'info', __( 'This account is managed by an identity provider through Roster. Fields that come from there cannot be changed here.', 'roster' ) );
	} else {
		roster_notice( 'info', __( 'This account is managed by an identity provider through Roster. What you change here may be replaced with the next change there.', 'roster' ) );
	}
}

function roster_notice( $kind, $text ) {
	printf( '<div class="notice notice-%s"><p>%s</p></div>', esc_attr( $kind ), esc_html( $text ) );
}

/** Shows on a profile what is known of the link. */
function roster_show_profile( $user ) {
	if ( ! roster_is_managed( $user->ID ) || ! current_user_can( 'edit_user', $user->ID ) ) {
		return;
	}
	$links = roster_links( array( $user->ID ) );
	$link  = isset( $links[ $user->ID ] ) ? $links[ $user->ID ] : null;
	$rows  = array(
		__( 'State', 'roster' )                 => roster_state_name( $user->ID, $link ),
		__( 'User name there', 'roster' )       => roster_meta_text( $user->ID, 'roster_user_name' ),
		__( 'External identifier', 'roster' )   => roster_meta_text( $user->ID, 'roster_external_id' ),
		__( 'Identifier in Roster', 'roster' )  => roster_meta_text( $user->ID, 'roster_scim_id' ),
		__( 'Last change from there', 'roster' ) => $link && $link->updated ? wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), (int) $link->updated ) : '',
	);
	foreach ( roster_settings()['columns'] as $column ) {
		$rows[ $column['label'] ] = roster_meta_text( $user->ID, $column['key'] );
	}
	echo '<h2>' . esc_html__( 'Identity provider', 'roster' ) . '</h2><table class="form-table" role="presentation">';
	foreach ( array_filter( $rows, 'strlen' ) as $name => $value ) {
		printf( '<tr><th scope="row">%s</th><td>%s</td></tr>', esc_html( $name ), esc_html( $value ) );
	}
	echo '</table>';
}

/** Makes the managed fields of the form read-only, with the reason beside them. The server does not rely on it. */
function roster_lock_profile_fields() {
	$user_id = roster_profile_id();
	$inputs  = array();
	foreach ( $user_id ? roster_read_only_names( $user_id ) : array() as $name ) {
		if ( isset( Roster_Values::INPUTS[ $name ] ) ) {
			$inputs[] = Roster_Values::INPUTS[ $name ];
		} elseif ( 0 === strpos( $name, 'meta:' ) ) {
			$inputs[] = substr( $name, 5 );
		}
	}
	if ( ! $inputs ) {
		return;
	}
	$flags = JSON_HEX_TAG | JSON_HEX_AMP | JSON_HEX_APOS | JSON_HEX_QUOT;
	?>
	<script>
	( function ( names, reason ) {
		names.forEach( function ( name ) {
			var field = document.getElementById( name ), note;
			if ( ! field || ! field.form ) {
				return;
			}
			if ( 'SELECT' === field.tagName ) {
				field.disabled = true;
			}
			field.readOnly = true;
			note = document.createElement( 'p' );
			note.className = 'description';
			note.textContent = reason;
			field.parentNode.insertBefore( note, field.nextSibling );
		} );
	}( <?php echo wp_json_encode( $inputs, $flags ); ?>, <?php echo wp_json_encode( __( 'Comes from the identity provider and is read-only here.', 'roster' ), $flags ); ?> ) );
	</script>
	<?php
}

function roster_add_health_test( $tests ) {
	$tests['direct']['roster'] = array(
		'label' => __( 'Roster', 'roster' ),
		'test'  => 'roster_health',
	);
	return $tests;
}

/** @return string A moment for people. */
function roster_moment( $note ) {
	/* translators: %s: a length of time, such as "5 mins". */
	return sprintf( __( '%s ago', 'roster' ), human_time_diff( (int) $note['time'] ) );
}

/** @return array What Site Health shows: whether Roster is heard, and what weakens it. */
function roster_health() {
	$heard    = get_site_option( 'roster_heard' );
	$fault    = get_site_option( 'roster_fault' );
	$pulled   = get_site_option( 'roster_pulled' );
	$critical = array();
	$hints    = array();
	$facts    = array();
	if ( ! roster_keys() ) {
		$critical[] = __( 'No usable secret is set. Define ROSTER_SECRET in wp-config.php.', 'roster' );
	}
	if ( is_array( $heard ) ) {
		/* translators: %s: when, such as "5 mins ago". */
		$facts[] = sprintf( __( 'The last valid call of Roster was %s.', 'roster' ), roster_moment( $heard ) );
	} elseif ( ! roster_can_pull() ) {
		$hints[] = __( 'Roster has not called this site yet.', 'roster' );
	}
	if ( is_array( $fault ) ) {
		/* translators: 1: when, such as "5 mins ago", 2: a code. */
		$text = sprintf( __( 'The last call with a wrong signature was %1$s (%2$s).', 'roster' ), roster_moment( $fault ), $fault['code'] );
		if ( ! is_array( $heard ) || $fault['time'] > $heard['time'] ) {
			$hints[] = $text . ' ' . __( 'The secret or the clock may differ from Roster\'s.', 'roster' );
		} else {
			$facts[] = $text;
		}
	}
	if ( roster_can_pull() && ! is_array( $pulled ) ) {
		$hints[] = __( 'This site has not asked Roster yet. WP-Cron may be switched off.', 'roster' );
	} elseif ( is_array( $pulled ) && roster_can_pull() ) {
		if ( '' !== $pulled['code'] ) {
			/* translators: 1: when, such as "5 mins ago", 2: the reason. */
			$hints[] = sprintf( __( 'Asking Roster failed %1$s: %2$s', 'roster' ), roster_moment( $pulled ), $pulled['code'] );
		} else {
			/* translators: %s: when, such as "5 mins ago". */
			$facts[] = sprintf( __( 'Roster was asked last %s.', 'roster' ), roster_moment( $pulled ) );
		}
	}
	if ( 'https' !== wp_parse_url( home_url(), PHP_URL_SCHEME ) ) {
		$hints[] = __( 'The site has no HTTPS. What Roster sends can be read on the way.', 'roster' );
	}
	foreach ( roster_other_engines() as $table => $engine ) {
		/* translators: 1: a table, 2: a storage engine. */
		$hints[] = sprintf( __( 'The table %1$s is kept by %2$s, which has no transactions: a change that fails half-way stays half done.', 'roster' ), $table, $engine );
	}
	$text = '';
	foreach ( array_merge( $critical, $hints, $facts ) as $line ) {
		$text .= '<p>' . esc_html( $line ) . '</p>';
	}
	$state = $critical ? 'critical' : ( $hints ? 'recommended' : 'good' );
	return array(
		'label'       => 'good' === $state ? __( 'Roster keeps the accounts of this site up to date', 'roster' ) : __( 'Roster needs your attention', 'roster' ),
		'status'      => $state,
		'badge'       => array(
			'label' => __( 'Users', 'roster' ),
			'color' => 'blue',
		),
		'description' => $text,
		'actions'     => '',
		'test'        => 'roster',
	);
}

/** @return string[] The tables of accounts that have no transactions, with their engines. */
function roster_other_engines() {
	global $wpdb;
	$engines = array();
	foreach ( roster_is_sqlite() ? array() : array( $wpdb->users, $wpdb->usermeta, roster_table() ) as $table ) {
		$status = $wpdb->get_row( $wpdb->prepare( 'SHOW TABLE STATUS LIKE %s', $wpdb->esc_like( $table ) ) );
		if ( $status && isset( $status->Engine ) && 'innodb' !== strtolower( $status->Engine ) ) { // phpcs:ignore WordPress.NamingConventions.ValidVariableName
			$engines[ $table ] = $status->Engine; // phpcs:ignore WordPress.NamingConventions.ValidVariableName
		}
	}
	return $engines;
}

/*
 * ---------------------------------------------------------------------------------------------------------------------
 * Hooks
 * ---------------------------------------------------------------------------------------------------------------------
 */

// Calls.
add_action( 'wp_loaded', 'roster_answer_call', -100 );
add_action( 'shutdown', 'roster_end_interrupted', ~PHP_INT_MAX );
add_action( 'rest_api_init', 'roster_register_route' );
add_filter( 'rest_authentication_errors', 'roster_open_route', PHP_INT_MAX );
add_filter( 'rest_post_dispatch', 'roster_finish_route', 10, 3 );
add_filter( 'wp_pre_insert_user_data', 'roster_add_columns', PHP_INT_MAX, 3 );
add_action( 'deleted_user', 'roster_unlink_deleted' );

// The block. Last, so that nobody lets a deactivated account in afterwards.
add_filter( 'authenticate', 'roster_refuse_login', PHP_INT_MAX, 3 );
add_filter( 'determine_current_user', 'roster_refuse_current_user', PHP_INT_MAX );
add_action( 'set_current_user', 'roster_drop_current_user', PHP_INT_MAX );
add_action( 'auth_cookie_valid', 'roster_refuse_cookie', 10, 2 );
add_filter( 'send_auth_cookies', 'roster_refuse_cookies', PHP_INT_MAX, 4 );
add_filter( 'login_message', 'roster_explain_login' );
add_filter( 'map_meta_cap', 'roster_deny_caps', PHP_INT_MAX, 3 );
add_filter( 'user_has_cap', 'roster_empty_caps', PHP_INT_MAX, 4 );
add_filter( 'wp_is_application_passwords_available_for_user', 'roster_refuse_application_passwords', PHP_INT_MAX, 2 );
add_action( 'wp_authenticate_application_password_errors', 'roster_refuse_application_password', 10, 2 );
add_filter( 'allow_password_reset', 'roster_refuse_reset', PHP_INT_MAX, 2 );
add_action( 'validate_password_reset', 'roster_refuse_new_password', 10, 2 );
add_action( 'clean_user_cache', 'roster_hold_password' );
add_filter( 'add_user_metadata', 'roster_guard_meta', PHP_INT_MAX, 3 );
add_filter( 'update_user_metadata', 'roster_guard_meta', PHP_INT_MAX, 3 );
add_filter( 'delete_user_metadata', 'roster_guard_meta_deletion', PHP_INT_MAX, 3 );
add_filter( 'update_user_metadata_by_mid', 'roster_guard_meta_row', PHP_INT_MAX, 4 );
add_filter( 'delete_user_metadata_by_mid', 'roster_guard_meta_row_deletion', PHP_INT_MAX, 2 );
add_action( 'remove_user_from_blog', 'roster_forget_site', 10, 2 );
add_filter( 'is_protected_meta', 'roster_protect_meta', 10, 3 );

// What is read-only.
add_filter( 'wp_pre_insert_user_data', 'roster_guard_columns', PHP_INT_MAX - 1, 3 );
add_filter( 'send_email_change_email', 'roster_guard_email_mail', 10, 2 );

// The pull.
add_filter( 'cron_schedules', 'roster_add_schedule' ); // phpcs:ignore WordPress.WP.CronInterval -- a minute is what it takes.
add_action( 'init', 'roster_schedule_pull' );
add_action( 'roster_pull', 'roster_pull_by_cron' );
add_action( 'load-users.php', 'roster_pull_for_page' );
register_deactivation_hook( __FILE__, 'roster_stop_pull' );

// The console.
add_action( 'admin_post_roster_console', 'roster_open_console' );
add_action( 'admin_post_nopriv_roster_console', 'auth_redirect', 10, 0 );
add_filter( 'plugin_action_links_' . plugin_basename( __FILE__ ), 'roster_add_console_link' );
add_filter( 'network_admin_plugin_action_links_' . plugin_basename( __FILE__ ), 'roster_add_console_link' );

// The site's own pages.
add_filter( 'manage_users_columns', 'roster_add_list_columns' );
add_filter( 'wpmu_users_columns', 'roster_add_list_columns' );
add_filter( 'manage_users_custom_column', 'roster_fill_list_column', 10, 3 );
add_filter( 'views_users', 'roster_add_views' );
add_filter( 'views_users-network', 'roster_add_views' );
add_filter( 'users_list_table_query_args', 'roster_filter_list' );
add_filter( 'user_row_actions', 'roster_drop_reset_link', 10, 2 );
add_filter( 'show_password_fields', 'roster_hide_password_fields', 10, 2 );
add_action( 'user_profile_update_errors', 'roster_refuse_profile', 10, 3 );
add_filter( 'wp_redirect', 'roster_mark_redirect' );
add_action( 'personal_options_update', 'roster_keep_posted_fields', 0 );
add_action( 'edit_user_profile_update', 'roster_keep_posted_fields', 0 );
add_action( 'admin_notices', 'roster_show_notices' );
add_action( 'network_admin_notices', 'roster_show_notices' );
add_action( 'show_user_profile', 'roster_show_profile' );
add_action( 'edit_user_profile', 'roster_show_profile' );
add_action( 'admin_print_footer_scripts', 'roster_lock_profile_fields' );
add_filter( 'site_status_tests', 'roster_add_health_test' );

endif;

is_file( __DIR__ . '/installer.php' ) && require_once __DIR__ . '/installer.php';

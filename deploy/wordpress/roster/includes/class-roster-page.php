<?php
/**
 * Users → Provisioning.
 *
 * @package Roster
 */

/** The page, its forms and what its script asks. Changes are POST requests with a nonce. */
final class Roster_Page {
	const SLUG  = 'roster-provisioning';
	const NONCE = 'roster_provisioning';

	/** @var string A token that was made in this request. It is shown in its answer and never again. */
	private static $token = '';

	/** @var string[] What came of the form: kind and words. */
	private static $note = array();

	public static function hook() {
		add_action( is_multisite() ? 'network_admin_menu' : 'admin_menu', array( __CLASS__, 'add_to_menu' ) );
		add_action( 'wp_ajax_roster_test_begin', array( __CLASS__, 'begin_test' ) );
		add_action( 'wp_ajax_roster_test_end', array( __CLASS__, 'end_test' ) );
		add_action( 'wp_ajax_roster_climb', array( __CLASS__, 'climb' ) );
		add_action( 'wp_ajax_roster_piece', array( __CLASS__, 'take_piece' ) );
		add_action( is_multisite() ? 'network_admin_notices' : 'admin_notices', array( __CLASS__, 'show_notice' ) );
		foreach ( array( '', 'network_admin_' ) as $prefix ) {
			add_filter( $prefix . 'plugin_action_links_' . plugin_basename( ROSTER_INSTALLER . '/roster.php' ), array( __CLASS__, 'add_link' ) );
		}
	}

	/** @return string Who may see the page and change what is on it. */
	public static function power() {
		return is_multisite() ? 'manage_network_options' : 'manage_options';
	}

	public static function url() {
		return is_multisite() ? network_admin_url( 'users.php?page=' . self::SLUG ) : admin_url( 'users.php?page=' . self::SLUG );
	}

	public static function add_to_menu() {
		$hook = add_submenu_page( 'users.php', __( 'Provisioning', 'roster' ), __( 'Provisioning', 'roster' ), self::power(), self::SLUG, array( __CLASS__, 'show' ) );
		add_action( "load-$hook", array( __CLASS__, 'load' ) );
	}

	public static function add_link( $links ) {
		array_unshift( $links, '<a href="' . esc_url( self::url() ) . '">' . esc_html__( 'Provisioning', 'roster' ) . '</a>' );
		return $links;
	}

	/** On other pages, only what keeps provisioning from working. */
	public static function show_notice() {
		$screen = get_current_screen();
		if ( ! current_user_can( self::power() ) || ! $screen || false !== strpos( $screen->id, self::SLUG ) || ! in_array( str_replace( '-network', '', $screen->id ), array( 'dashboard', 'plugins', 'users' ), true ) ) {
			return;
		}
		$words = Roster_Words::state( Roster_Site::state() );
		if ( 'success' !== $words['kind'] ) {
			printf( '<div class="notice notice-%s"><p><strong>%s</strong> <a href="%s">%s</a></p></div>', esc_attr( $words['kind'] ), esc_html( $words['title'] ), esc_url( self::url() ), esc_html__( 'Users › Provisioning says more.', 'roster' ) );
		}
	}

	/** Takes the form that was sent, before anything is shown. */
	public static function load() {
		wp_enqueue_style( 'roster-provisioning', plugins_url( 'assets/provisioning.css', ROSTER_INSTALLER . '/roster.php' ), array(), ROSTER_VERSION );
		wp_enqueue_script( 'roster-provisioning', plugins_url( 'assets/provisioning.js', ROSTER_INSTALLER . '/roster.php' ), array(), ROSTER_VERSION, true );
		if ( ! isset( $_SERVER['REQUEST_METHOD'] ) || 'POST' !== $_SERVER['REQUEST_METHOD'] ) {
			return;
		}
		check_admin_referer( self::NONCE );
		if ( ! current_user_can( self::power() ) ) {
			wp_die( esc_html__( 'Sorry, you are not allowed to do that.', 'roster' ), 403 );
		}
		switch ( self::posted( 'roster_do' ) ) {
			case 'token':
				nocache_headers();
				self::make_token();
				return;
			case 'revoke':
				self::revoke_token();
				return;
			case 'repair':
				Roster_Setup::run();
				break;
			case 'test':
				Roster_Setup::test();
				break;
			case 'move':
				if ( ! self::move() ) {
					return;
				}
				break;
			case 'uninstall':
				Roster_Site::set( 'roster_uninstall', 'delete' === self::posted( 'roster_data' ) ? 'delete' : 'keep' );
				break;
		}
		wp_safe_redirect( self::url() );
		exit;
	}

	/** @return string A field of the form. */
	private static function posted( $name ) {
		return isset( $_POST[ $name ] ) && is_string( $_POST[ $name ] ) ? sanitize_text_field( wp_unslash( $_POST[ $name ] ) ) : ''; // phpcs:ignore WordPress.Security.NonceVerification -- load() has checked it.
	}

	/** Makes a token once for each form, so that reloading the answer makes no second one. */
	private static function make_token() {
		$state = Roster_Site::state();
		$once  = 'roster_once_' . md5( self::posted( 'roster_once' ) );
		if ( get_site_transient( $once ) ) {
			self::$note = array( 'warning', __( 'This token was made already, and it is not shown again. If it was not copied, revoke it and make another.', 'roster' ) );
			return;
		}
		set_site_transient( $once, 1, DAY_IN_SECONDS );
		$guides  = Roster_Guides::all();
		$profile = isset( $guides[ self::posted( 'roster_profile' ) ] ) ? self::posted( 'roster_profile' ) : 'generic';
		$name    = trim( (string) preg_replace( '/[^A-Za-z0-9._-]+/', '-', self::posted( 'roster_name' ) ), '-' );
		$name    = '' !== $name && Roster_Probe::TOKEN !== $name ? substr( $name, 0, 60 ) : $profile;
		$run     = Roster_Command::roster( $state['folder'], array( 'token', 'create', $name, '--profile', $profile, '--expires', '365d' ) );
		if ( preg_match( '/^roster_\S+$/', trim( $run->output ) ) ) {
			self::$token = trim( $run->output );
		} else {
			/* translators: %s: what the program said. */
			self::$note = array( 'error', sprintf( __( 'No token could be made: %s', 'roster' ), substr( $run->error, 0, 300 ) ) );
		}
	}

	/** @return bool Whether the folder has a better place now. */
	private static function move() {
		try {
			Roster_Setup::exclusively( array( 'Roster_Move', 'run' ) );
			return true;
		} catch ( Roster_Problem $problem ) {
			$words      = Roster_Words::problem( $problem->reason, $problem->facts );
			self::$note = array( 'error', implode( ' ', array( $words['title'], $words['text'], __( 'Ask your host:', 'roster' ), $words['ask'] ) ) );
			return false;
		}
	}

	private static function revoke_token() {
		$state = Roster_Site::state();
		$run   = Roster_Command::roster( $state['folder'], array( 'token', 'revoke', (string) absint( self::posted( 'roster_token' ) ) ) );
		self::$note = array( 'success', trim( $run->error . $run->output ) );
	}

	/** @return array[] The tokens that are valid: id, name, until, used. */
	private static function tokens( array $state ) {
		if ( '' === $state['folder'] || ! Roster_Errand::can_run() ) {
			return array();
		}
		$listed = json_decode( Roster_Command::roster( $state['folder'], array( 'token', 'list', '--json' ) )->output, true );
		$tokens = array();
		foreach ( is_array( $listed ) ? $listed : array() as $token ) {
			if ( 0 === strpos( $token['state'], 'valid' ) && Roster_Probe::TOKEN !== $token['name'] ) {
				$tokens[] = array(
					'id'    => (int) $token['id'],
					'name'  => $token['name'],
					'until' => null === $token['expires'] ? __( 'revoked', 'roster' ) : $token['expires'],
					'used'  => null === $token['lastUsed'] ? __( 'never', 'roster' ) : $token['lastUsed'],
				);
			}
		}
		return $tokens;
	}

	/** Gives the page's script a token for some minutes, and the steps. */
	public static function begin_test() {
		self::check_ajax();
		$state = Roster_Site::state();
		try {
			$token = Roster_Setup::test_token( $state['folder'] );
		} catch ( Roster_Problem $problem ) {
			wp_send_json_error( $problem->getMessage() );
		}
		wp_send_json_success( array( 'token' => $token, 'base' => Roster_Site::base(), 'steps' => Roster_Probe::plan() ) );
	}

	/** Sets Roster up with the browser's help: takes answers and gives the next task. */
	public static function climb() {
		self::check_ajax();
		try {
			wp_send_json_success( Roster_Climb::next( self::told_answers() ) );
		} catch ( Roster_Problem $problem ) {
			Roster_Site::remember( array( 'problem' => $problem->reason, 'facts' => $problem->facts ) );
			wp_send_json_success( array( 'done' => true ) );
		}
	}

	/** @return array[]|null The answers that the browser was given. */
	private static function told_answers() {
		$given = json_decode( isset( $_POST['answers'] ) ? wp_unslash( $_POST['answers'] ) : '', true ); // phpcs:ignore WordPress.Security -- check_ajax() has checked; told() casts each value.
		return is_array( $given ) ? array_map( array( 'Roster_Probe', 'told' ), $given ) : null;
	}

	/** Judges what the browser was answered. */
	public static function end_test() {
		self::check_ajax();
		$state = Roster_Site::state();
		Roster_Setup::revoke_test_token( $state['folder'] );
		$rows = Roster_Probe::judge_all( (array) self::told_answers() );
		Roster_Site::remember( array( 'seen' => $rows, 'seen_at' => time() ) );
		wp_send_json_success( array( 'green' => Roster_Probe::is_green( $rows ) ) );
	}

	/** Takes one piece of the program. */
	public static function take_piece() {
		self::check_ajax();
		$state  = Roster_Site::state();
		$offset = isset( $_GET['offset'] ) ? absint( $_GET['offset'] ) : 0; // phpcs:ignore WordPress.Security.NonceVerification -- check_ajax() has checked it.
		$bytes  = (string) file_get_contents( 'php://input', false, null, 0, Roster_Program::PIECE_BYTES + 1 );
		if ( '' === $state['folder'] || ! is_dir( $state['folder'] ) || strlen( $bytes ) > Roster_Program::PIECE_BYTES ) {
			wp_send_json_error( __( 'There is no place for the program yet. Press Repair.', 'roster' ) );
		}
		$fault = Roster_Program::add_piece( $state['folder'], $offset, $bytes );
		if ( '' !== $fault ) {
			wp_send_json_error( $fault );
		}
		$done = is_file( $state['folder'] . '/roster.uploaded' );
		if ( $done ) {
			Roster_Setup::run();
		}
		wp_send_json_success( array( 'done' => $done ) );
	}

	private static function check_ajax() {
		check_ajax_referer( self::NONCE );
		if ( ! current_user_can( self::power() ) ) {
			wp_send_json_error( 'forbidden', 403 );
		}
	}

	/** The page. */
	public static function show() {
		$state = Roster_Site::state();
		$words = Roster_Words::state( $state );
		echo '<div class="wrap"><h1 class="wp-heading-inline">' . esc_html__( 'Provisioning', 'roster' ) . '</h1>';
		if ( '' !== $state['folder'] && roster_may_open_console() ) {
			printf( ' <a class="page-title-action" href="%s">%s</a>', esc_url( roster_console_link() ), esc_html__( 'Open the console', 'roster' ) );
		}
		echo '<hr class="wp-header-end">';
		printf( '<div class="notice notice-%s" id="roster-state"><p><strong>%s</strong> %s</p></div>', esc_attr( $words['kind'] ), esc_html( $words['title'] ), esc_html( $words['text'] ) );
		if ( '' !== $state['went_back'] ) {
			/* translators: %s: a reason. */
			self::notice( 'warning', sprintf( __( 'The last upgrade of the program failed its test and was taken back: %s', 'roster' ), $state['went_back'] ) );
		}
		if ( $state['exposed'] ) {
			self::show_exposure( $state );
		}
		$kind = '' !== $state['folder'] ? Roster_Place::network_file_system( $state['folder'] ) : '';
		if ( '' !== $kind ) {
			/* translators: %s: a kind of file system. */
			self::notice( 'warning', sprintf( __( 'The directory lies on a network file system (%s). Use it from one server alone.', 'roster' ), $kind ) );
		}
		if ( self::$note ) {
			self::notice( self::$note[0], self::$note[1] );
		}
		$is_older = '' === $state['problem'] && '' !== $state['folder'] && Roster_Program::facts() && ! Roster_Program::is_right( $state['folder'] . '/roster' ) && '' === $state['went_back'];
		if ( $is_older ) {
			self::notice( 'warning', __( 'The program here is of another version than the plugin; provisioning goes on with it. The zip that was installed has no program in it: choose the file below.', 'roster' ) );
		}
		if ( $is_older || 'upload' === $state['problem'] ) {
			self::show_upload();
		}
		if ( '' !== $words['ask'] ) {
			printf( '<h2>%s</h2><p><label for="roster-ask">%s</label></p><textarea id="roster-ask" class="large-text" rows="5" readonly>%s</textarea>', esc_html__( 'Ask your host', 'roster' ), esc_html__( 'Copy this into a support ticket', 'roster' ), esc_textarea( $words['ask'] ) );
		}
		if ( Roster_Site::is_here( $state ) && '' !== $state['rung'] && '' === $state['problem'] ) {
			self::show_connection( $state );
			echo '<h2>' . esc_html__( 'The test', 'roster' ) . '</h2><div id="roster-results">';
			$from_browser = (bool) $state['seen'];
			self::show_results( $from_browser ? $state['seen'] : $state['test'], $state, $from_browser ? $state['seen_at'] : $state['tested'], $from_browser ? __( 'Your browser', 'roster' ) : __( 'This server', 'roster' ) );
			echo '</div>';
		}
		self::show_buttons( $state );
		self::show_ways( $state );
		self::show_deletion();
		echo '</div>';
	}

	private static function show_exposure( array $state ) {
		/* translators: %s: a folder. */
		printf( '<div class="notice notice-warning"><p>%s</p>', esc_html( sprintf( __( 'The directory lies where the web server hands files out: %s. It has a name that cannot be guessed, and nothing else protects it.', 'roster' ), $state['folder'] ) ) );
		self::form( 'move' );
		printf( '<p><button class="button">%s</button></p></form></div>', esc_html__( 'Move it out of the website', 'roster' ) );
	}

	private static function notice( $kind, $text ) {
		printf( '<div class="notice notice-%s"><p>%s</p></div>', esc_attr( $kind ), esc_html( $text ) );
	}

	/** Opens a form of the page. */
	private static function form( $do ) {
		echo '<form method="post" action="' . esc_url( self::url() ) . '">';
		wp_nonce_field( self::NONCE );
		echo '<input type="hidden" name="roster_do" value="' . esc_attr( $do ) . '">';
	}

	private static function show_connection( array $state ) {
		$guides = Roster_Guides::all();
		echo '<h2>' . esc_html__( 'Connect your identity provider', 'roster' ) . '</h2><table class="form-table" role="presentation">';
		printf( '<tr><th scope="row"><label for="roster-base">%s</label></th><td><input id="roster-base" class="regular-text code" value="%s" readonly> <p class="description">%s</p></td></tr>', esc_html__( 'Address', 'roster' ), esc_attr( Roster_Site::base() ), esc_html__( 'Paste it as it is, without /Users and without a slash at the end.', 'roster' ) );
		echo '<tr><th scope="row">' . esc_html__( 'Token', 'roster' ) . '</th><td>';
		if ( '' !== self::$token ) {
			/* translators: 1: a number of characters, 2: some characters. */
			$check = sprintf( __( 'Copy it now: it is not shown again. It has %1$d characters and ends in %2$s.', 'roster' ), strlen( self::$token ), substr( self::$token, -4 ) );
			printf( '<p><input id="roster-token" class="large-text code" value="%s" readonly autocomplete="off"></p><p class="description"><strong>%s</strong></p>', esc_attr( self::$token ), esc_html( $check ) );
		}
		self::form( 'token' );
		echo '<input type="hidden" name="roster_once" value="' . esc_attr( Roster_Site::random( 16 ) ) . '">';
		printf( '<label>%s <select name="roster_profile" id="roster-profile">', esc_html__( 'Provider', 'roster' ) );
		foreach ( $guides as $profile => $guide ) {
			printf( '<option value="%s"%s>%s</option>', esc_attr( $profile ), selected( self::posted( 'roster_profile' ), $profile, false ), esc_html( $guide[0] ) );
		}
		printf( '</select></label> <label>%s <input name="roster_name" maxlength="60" pattern="[A-Za-z0-9._\-]+" placeholder="%s"></label> <button class="button">%s</button></form>', esc_html__( 'Name', 'roster' ), esc_attr__( 'as the provider', 'roster' ), esc_html__( 'Make a token', 'roster' ) );
		echo '<p class="description">' . esc_html__( 'Shown once, when it is made. Valid for a year.', 'roster' ) . '</p>';
		self::show_tokens( self::tokens( $state ) );
		echo '</td></tr><tr><th scope="row">' . esc_html__( 'Guide', 'roster' ) . '</th><td>';
		foreach ( $guides as $profile => $guide ) {
			printf( '<details class="roster-guide" data-profile="%s"><summary>%s</summary><ol>', esc_attr( $profile ), esc_html( $guide[0] ) );
			foreach ( $guide[1] as $step ) {
				echo '<li>' . str_replace( array( 'BASE', 'TOKEN' ), array( '<code>' . esc_html( Roster_Site::base() ) . '</code>', '<em>' . esc_html__( 'the token', 'roster' ) . '</em>' ), esc_html( $step ) ) . '</li>'; // phpcs:ignore WordPress.Security.EscapeOutput -- escaped in parts.
			}
			echo '</ol></details>';
		}
		echo '</td></tr></table>';
	}

	private static function show_tokens( array $tokens ) {
		if ( ! $tokens ) {
			echo '<p>' . esc_html__( 'No token is valid yet.', 'roster' ) . '</p>';
			return;
		}
		printf( '<table class="widefat striped roster-tokens"><thead><tr><th scope="col">%s</th><th scope="col">%s</th><th scope="col">%s</th><th></th></tr></thead><tbody>', esc_html__( 'Valid tokens', 'roster' ), esc_html__( 'Until', 'roster' ), esc_html__( 'Last used', 'roster' ) );
		foreach ( $tokens as $token ) {
			printf( '<tr><th scope="row">%s</th><td>%s</td><td>%s</td><td>', esc_html( $token['name'] ), esc_html( self::day( $token['until'] ) ), esc_html( self::day( $token['used'] ) ) );
			self::form( 'revoke' );
			printf( '<input type="hidden" name="roster_token" value="%d"><button class="button-link button-link-delete">%s</button></form></td></tr>', (int) $token['id'], esc_html__( 'Revoke', 'roster' ) );
		}
		echo '</tbody></table>';
	}

	/** @return string A day of the program's, in the site's own form. */
	private static function day( $text ) {
		$time = strtotime( $text );
		return $time ? wp_date( get_option( 'date_format' ), $time ) : $text;
	}

	/** The layers and the table of one test. */
	private static function show_results( array $rows, array $state, $time, $who ) {
		if ( ! $rows ) {
			return;
		}
		/* translators: 1: who asked, 2: an address, 3: a date and a time. */
		echo '<p>' . esc_html( sprintf( __( '%1$s asked %2$s in every way a provider does, %3$s.', 'roster' ), $who, Roster_Site::base(), wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $time ) ) ) . '</p>';
		self::show_layers( $rows, $state );
		printf( '<table class="widefat striped roster-test"><caption class="screen-reader-text">%s</caption><thead><tr><th scope="col">%s</th><th scope="col">%s</th><th scope="col">%s</th></tr></thead><tbody>', esc_html__( 'Each kind of request', 'roster' ), esc_html__( 'Request', 'roster' ), esc_html__( 'Needed for', 'roster' ), esc_html__( 'Answer', 'roster' ) );
		foreach ( Roster_Probe::steps() as $key => $step ) {
			if ( isset( $rows[ $key ] ) ) {
				printf( '<tr class="%s"><th scope="row">%s</th><td>%s</td><td>%s %s</td></tr>', $rows[ $key ]['ok'] ? 'good' : 'bad', esc_html( 'filter' === $key ? __( 'GET with a filter', 'roster' ) : $key ), esc_html( $step[4] ), self::icon( $rows[ $key ]['ok'] ? 'good' : 'bad' ), esc_html( $rows[ $key ]['text'] ) ); // phpcs:ignore WordPress.Security.EscapeOutput -- the icon is ours.
			}
		}
		echo '</tbody></table>';
	}

	/** The way of a request, up to the layer that stops it. */
	private static function show_layers( array $rows, array $state ) {
		$stops  = array( 'address' => 0, 'cdn' => 1, 'password' => 1, 'firewall' => 2, 'size' => 3, 'header' => 3, 'route' => 3, 'server' => 3, 'roster' => 4, 'none' => 4 );
		$failed = Roster_Probe::failed( $rows );
		$stop   = $failed ? $stops[ $rows[ $failed[0] ]['layer'] ] : 5;
		$names  = array( __( 'Address', 'roster' ), __( 'CDN', 'roster' ), __( 'Firewall', 'roster' ), __( 'Web server', 'roster' ), __( 'Roster', 'roster' ) );
		$fine   = array( __( 'answers', 'roster' ), __( 'lets everything through', 'roster' ), __( 'lets everything through', 'roster' ), Roster_Words::rung( $state['rung'] ), __( 'answers', 'roster' ) );
		printf( '<ol class="roster-layers" aria-label="%s">', esc_attr__( 'The layers a request passes', 'roster' ) );
		foreach ( $names as $index => $name ) {
			$kind = $index < $stop ? 'good' : ( $index === $stop ? 'bad' : 'off' );
			$text = 'good' === $kind ? $fine[ $index ] : ( 'bad' === $kind ? $failed[0] . ': ' . $rows[ $failed[0] ]['text'] : __( 'not reached', 'roster' ) );
			printf( '<li class="%s">%s<b>%s</b> <span>%s</span></li>', esc_attr( $kind ), self::icon( $kind ), esc_html( $name ), esc_html( $text ) ); // phpcs:ignore WordPress.Security.EscapeOutput -- the icon is ours.
		}
		echo '</ol>';
	}

	private static function icon( $kind ) {
		$paths = array(
			'good' => 'M3 8.5 6.5 12 13 4.5',
			'bad'  => 'M4 4l8 8M12 4l-8 8',
			'off'  => 'M3.5 8h9',
		);
		return '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="' . $paths[ $kind ] . '"/></svg>';
	}

	private static function show_buttons( array $state ) {
		echo '<div class="roster-buttons">';
		$button = '<button type="button" class="button%s" id="%s" data-url="%s" data-nonce="%s" data-wait="%s" hidden>%s</button>';
		if ( '' !== $state['rung'] && '' === $state['problem'] ) {
			self::form( 'test' );
			echo '<button class="button">' . esc_html__( 'Test again', 'roster' ) . '</button></form>';
			printf( $button, '', 'roster-browser-test', esc_url( admin_url( 'admin-ajax.php' ) ), esc_attr( wp_create_nonce( self::NONCE ) ), esc_attr__( 'Asking …', 'roster' ), esc_html__( 'Test from this browser', 'roster' ) ); // phpcs:ignore WordPress.Security.EscapeOutput -- the pattern is ours.
		}
		if ( 'loopback' === $state['problem'] ) {
			printf( $button, ' button-primary', 'roster-browser-climb', esc_url( admin_url( 'admin-ajax.php' ) ), esc_attr( wp_create_nonce( self::NONCE ) ), esc_attr__( 'Trying each way …', 'roster' ), esc_html__( 'Set up from this browser', 'roster' ) ); // phpcs:ignore WordPress.Security.EscapeOutput -- the pattern is ours.
		}
		self::form( 'repair' );
		echo '<button class="button">' . esc_html__( 'Repair', 'roster' ) . '</button></form></div>';
	}

	private static function show_upload() {
		$facts = Roster_Program::facts();
		printf( '<h2><label for="roster-file">%s</label></h2>', esc_html__( 'The program', 'roster' ) );
		if ( $facts ) {
			/* translators: 1: a version, 2: a size, 3: hexadecimal digits. */
			echo '<p>' . esc_html( sprintf( __( 'The file roster of release %1$s: %2$s, SHA-256 %3$s.', 'roster' ), $facts['version'], size_format( $facts['size'], 1 ), $facts['sha256'] ) ) . '</p>';
		}
		printf( '<p><input type="file" id="roster-file" data-url="%s" data-nonce="%s" data-piece="%d"> <progress id="roster-progress" max="1" value="0" hidden></progress> <span id="roster-said" role="status"></span></p>', esc_url( admin_url( 'admin-ajax.php' ) ), esc_attr( wp_create_nonce( self::NONCE ) ), (int) Roster_Program::PIECE_BYTES );
		echo '<noscript><p>' . esc_html__( 'Sending the program needs JavaScript.', 'roster' ) . '</p></noscript>';
	}

	private static function show_ways( array $state ) {
		$facts = array();
		if ( '' !== $state['rung'] ) {
			/* translators: %s: a way. */
			$facts[ __( 'Way', 'roster' ) ] = sprintf( __( '%s; chosen because it was the first that passed', 'roster' ), Roster_Words::rung( $state['rung'] ) );
		}
		if ( '' !== $state['folder'] ) {
			$shown = Roster_Place::is_shown( $state['folder'] );
			$facts[ __( 'Folder', 'roster' ) ]  = ( $state['exposed'] ? __( 'inside the website, and handed out to whoever knows its name:', 'roster' ) : ( $shown ? __( 'inside the website; a request for it was turned away:', 'roster' ) : __( 'outside the website:', 'roster' ) ) ) . ' ' . $state['folder'];
			$facts[ __( 'Program', 'roster' ) ] = Roster_Errand::can_run() ? 'Roster ' . Roster_Program::version( $state['folder'] ) : '';
		}
		foreach ( $state['attempts'] as $rung => $text ) {
			/* translators: %s: the name of a way. */
			$facts[ sprintf( __( 'Tried: %s', 'roster' ), $rung ) ] = $text;
		}
		$facts[ __( 'When you deactivate this plugin', 'roster' ) ] = __( 'Provisioning stops. People who were locked out stay locked out.', 'roster' );
		printf( '<details class="roster-more"><summary>%s</summary><table class="widefat striped"><tbody>', esc_html__( 'How it runs here', 'roster' ) );
		foreach ( $facts as $name => $text ) {
			printf( '<tr><th scope="row">%s</th><td>%s</td></tr>', esc_html( $name ), esc_html( $text ) );
		}
		echo '</tbody></table></details>';
	}

	private static function show_deletion() {
		$chosen = 'delete' === get_site_option( 'roster_uninstall' ) ? 'delete' : 'keep';
		printf( '<details class="roster-more"><summary>%s</summary>', esc_html__( 'When the plugin is deleted', 'roster' ) );
		self::form( 'uninstall' );
		$choices = array(
			'keep'   => __( 'Keep the directory, its tokens and the lock on leavers. Installing the plugin again goes on where it was.', 'roster' ),
			'delete' => __( 'Delete them. Accounts in WordPress stay as they are; those of leavers stay without roles and without a password, but nothing refuses them a new one.', 'roster' ),
		);
		foreach ( $choices as $value => $text ) {
			printf( '<p><label><input type="radio" name="roster_data" value="%s"%s> %s</label></p>', esc_attr( $value ), checked( $chosen, $value, false ), esc_html( $text ) );
		}
		echo '<button class="button">' . esc_html__( 'Save', 'roster' ) . '</button></form></details>';
	}
}
